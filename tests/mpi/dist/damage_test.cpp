// embeddings.h5 and model.h5 that are cut short or have any bit turned: a clear error or a sound answer, never a crash.
#include <gtest/gtest.h>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/embedding_rows.h"
#include "dist/model_file.h"
#include "support/file_damage.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

std::string small_embeddings(const test::SharedFolder& folder) {
  const std::string path = folder.file("embeddings.h5");
  const EmbeddingRows rows{.vectors = Matrix(3, 2), .qids = {42, 7, 9}, .counts = {3, 2, 1}, .begin = 0, .total = 3};
  write_embeddings(path, rows, {.model = "reader", .config = "{}", .run_id = "r", .created = "c"}, test::world());
  return path;
}

std::string small_model(const test::SharedFolder& folder) {
  const std::string path = folder.file("model.h5");
  const StoredModel stored{.kind = ModelKind::kLinksSupervised,
                           .vocabulary = Vocabulary({{Qid{42}, 9}, {Qid{7}, 9}}, 1),
                           .model = {.input = Matrix(2, 3), .output = Matrix(1, 3)},
                           .labels = {"a label"},
                           .documents = 17,
                           .config = "{}"};
  write_model(path, stored, test::world());
  return path;
}

// Whether the file was read; every refusal must be one of the project's own errors.
template <class Read>
bool reads(Read read) {
  try {
    read();
    return true;
  } catch (const InputError& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
  } catch (const comm::AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput) << error.what();
  }
  return false;
}

TEST(Damage, EmbeddingsWithAnyBitTurned) {
  const test::SharedFolder folder;
  const std::string path = small_embeddings(folder);
  const auto read = [&] { read_embeddings(path, test::world()); };
  test::for_each_flip(path, [&](std::uintmax_t, int) { reads(read); });
  EXPECT_TRUE(reads(read));
}

TEST(Damage, EmbeddingsOfEveryLengthButTheirOwn) {
  const test::SharedFolder folder;
  const std::string path = small_embeddings(folder);
  test::for_each_cut(
      path, [&](std::uintmax_t size) { EXPECT_FALSE(reads([&] { read_embeddings(path, test::world()); })) << size; });
}

TEST(Damage, ModelsWithAnyBitTurned) {
  const test::SharedFolder folder;
  const std::string path = small_model(folder);
  const auto read = [&] { read_model_file(path); };
  test::for_each_flip(path, [&](std::uintmax_t, int) { reads(read); });
  EXPECT_TRUE(reads(read));
}

TEST(Damage, ModelsOfEveryLengthButTheirOwn) {
  const test::SharedFolder folder;
  const std::string path = small_model(folder);
  test::for_each_cut(path, [&](std::uintmax_t size) { EXPECT_FALSE(reads([&] { read_model_file(path); })) << size; });
}

}  // namespace
}  // namespace linktrail::dist
