// model.h5 and embeddings.h5 come back as they were written, at any number of ranks.
#include "dist/model_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/embedding_rows.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

StoredModel small_model() {
  StoredModel stored{.kind = ModelKind::kLinksSupervised,
                     .vocabulary = Vocabulary({{Qid{42}, 9}, {Qid{7}, 9}, {Qid{1} << 40, 3}}, 1),
                     .model = {.input = Matrix(3, 5), .output = Matrix(2, 5)},
                     .labels = {"a label", "b"},
                     .documents = 17,
                     .config = "{\"dim\": 5}"};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t d = 0; d < 5; ++d) stored.model.input.row(i)[d] = static_cast<float>(10 * i + d);
  stored.model.output.row(1)[4] = -2.5F;
  return stored;
}

TEST(ModelFile, RoundTripKeepsEverything) {
  const auto comm = test::world();
  const test::SharedFolder folder;
  const std::string path = folder.file("model.h5");
  const StoredModel stored = small_model();

  write_model(path, stored, comm);
  const StoredModel read = read_model(path, comm);

  EXPECT_EQ(read.kind, stored.kind);
  EXPECT_EQ(read.vocabulary.fingerprint(), stored.vocabulary.fingerprint());
  EXPECT_EQ(read.labels, stored.labels);
  EXPECT_EQ(read.documents, stored.documents);
  EXPECT_EQ(read.config, stored.config);
  EXPECT_EQ(read.model.input.row(2)[3], 23.0F);
  EXPECT_EQ(read.model.output.row(1)[4], -2.5F);
}

TEST(ModelFile, AMissingFileIsTheSameFaultOnEveryRank) {
  const auto comm = test::world();

  try {
    read_model("/nonexistent/model.h5", comm);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const comm::AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("/nonexistent/model.h5"), std::string::npos);
  }
}

TEST(EmbeddingsFile, RoundTripKeepsRowsInOrder) {
  const auto comm = test::world();
  const test::SharedFolder folder;
  const std::string path = folder.file("embeddings.h5");
  const auto [begin, end] = row_block(11, comm.rank(), comm.size());
  EmbeddingRows rows{.vectors = Matrix(end - begin, 3), .qids = {}, .counts = {}, .begin = begin, .total = 11};
  for (std::uint64_t row = begin; row < end; ++row) {
    rows.qids.push_back(static_cast<Qid>(100 + row));
    rows.counts.push_back(2 * row);
    rows.vectors.row(row - begin)[1] = static_cast<float>(row);
  }

  write_embeddings(path, rows, {.model = "reader", .config = "{}", .run_id = "r", .created = "c"}, comm);
  const EmbeddingRows read = read_embeddings(path, comm);

  EXPECT_EQ(read.total, 11U);
  EXPECT_EQ(read.qids, rows.qids);
  EXPECT_EQ(read.counts, rows.counts);
  for (std::size_t i = 0; i < read.qids.size(); ++i) EXPECT_EQ(read.vectors.row(i)[1], rows.vectors.row(i)[1]);
}

TEST(RowBlock, BlocksCoverAllRowsOnceAndDifferByAtMostOne) {
  for (const std::uint64_t total : {0UL, 1UL, 7UL, 100UL})
    for (int ranks = 1; ranks < 9; ++ranks) {
      std::uint64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const auto [begin, end] = row_block(total, rank, ranks);
        EXPECT_EQ(begin, next);
        EXPECT_LE(end - begin, total / static_cast<std::uint64_t>(ranks) + 1);
        next = end;
      }
      EXPECT_EQ(next, total);
    }
}

}  // namespace
}  // namespace linktrail::dist
