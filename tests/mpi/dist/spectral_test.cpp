// The spectral embedding is the same bytes however many ranks share the rows.
#include "dist/spectral.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "comm/collectives.h"
#include "core/hash.h"
#include "core/random.h"
#include "embedding/document_vector.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

constexpr std::uint32_t kTokens = 2500;  // three chunks, so that some ranks of five own none
constexpr std::uint32_t kTopics = 5;
constexpr std::size_t kRows = 4000;
constexpr std::uint32_t kDim = 20;

std::vector<TokenId> row_of(std::size_t row) {
  RandomStream random({.seed = 4, .stage = RandomStage::kWorld, .record = row});
  std::vector<TokenId> links;
  const std::uint32_t topic = random.below(kTopics);
  for (std::size_t l = 0; l < row % 9; ++l) links.push_back(random.below(kTokens / kTopics) * kTopics + topic);
  if (!links.empty()) links.push_back(links.front());  // a repeat
  return links;
}

LinkCorpus rows_of(int rank, int ranks) {
  LinkCorpus corpus;
  std::vector<QidCount> counts;
  for (std::uint32_t t = 0; t < kTokens; ++t) counts.push_back({.qid = static_cast<Qid>(10 + t), .count = 1});
  corpus.vocabulary = Vocabulary(std::move(counts), 1);
  for (std::size_t row = kRows * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks);
       row < kRows * static_cast<std::size_t>(rank + 1) / static_cast<std::size_t>(ranks); ++row)
    corpus.sequences.append(std::span<const TokenId>(row_of(row)));
  return corpus;
}

std::vector<float> weights() {
  std::vector<float> result;
  for (std::uint32_t t = 0; t < kTokens; ++t) result.push_back(1.0F + static_cast<float>(t % 5));
  return result;
}

std::uint64_t fingerprint(const Matrix& matrix) {
  return hash_bytes({reinterpret_cast<const char*>(matrix.data()), matrix.rows() * matrix.stride() * sizeof(float)});
}

SpectralModel trained(LinkCorpus corpus, const comm::Communicator& comm) {
  return train_spectral(
      {.dim = kDim, .seed = 1}, weights(), corpus, [](const SpectralProgress&) {}, comm);
}

TEST(TrainSpectral, IsTheSameBytesAsOnOneRank) {
  const auto comm = test::world();
  const comm::Communicator alone = comm.split(comm.rank());

  const SpectralModel together = trained(rows_of(comm.rank(), comm.size()), comm);
  const SpectralModel expected = trained(rows_of(0, 1), alone);

  EXPECT_EQ(together.vectors.rows(), kTokens);
  EXPECT_EQ(fingerprint(together.vectors), fingerprint(expected.vectors));
  EXPECT_EQ(together.singular_values, expected.singular_values);
  EXPECT_EQ(together.unexplained, expected.unexplained);
}

TEST(TrainSpectral, DoesNotMindRanksWithoutRows) {
  const auto comm = test::world();
  const comm::Communicator alone = comm.split(comm.rank());

  const SpectralModel together = trained(comm.is_root() ? rows_of(0, 1) : rows_of(kRows, 1 << 30), comm);

  EXPECT_EQ(fingerprint(together.vectors), fingerprint(trained(rows_of(0, 1), alone).vectors));
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return aa * bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

TEST(TrainSpectral, AnArticleThatWasNotTrainedOnLandsWhereItWouldHaveBeen) {
  const auto comm = test::world();
  // Row 8 has 8 links of one topic; one model knows it, the other does not.
  LinkCorpus all = rows_of(comm.rank(), comm.size()), others;
  others.vocabulary = all.vocabulary;
  const std::size_t first = kRows * static_cast<std::size_t>(comm.rank()) / static_cast<std::size_t>(comm.size());
  for (std::size_t i = 0; i < all.sequences.size(); ++i)
    if (first + i != 8) others.sequences.append(all.sequences[i]);
  const auto vector = [&](const SpectralModel& model) {
    std::vector<TokenId> bag = row_of(8);
    make_bag(bag, LinkBag::kUnion);
    std::vector<float> result(kDim);
    document_vector(bag, model.vectors, weights(), result);
    return std::pair(result, bag);
  };

  const SpectralModel with = trained(std::move(all), comm), without = trained(std::move(others), comm);

  // The subspaces differ, so what is compared is how near the article is to links of each topic in its own model.
  for (const SpectralModel* model : {&with, &without}) {
    const auto [article, bag] = vector(*model);
    double own = 0, foreign = 0;
    for (TokenId t = 0; t < kTokens; ++t)
      (t % kTopics == bag[0] % kTopics ? own : foreign) += cosine(article, model->vectors.row(t));
    EXPECT_GT(own / (kTokens / kTopics), 0.2 + foreign / (kTokens - kTokens / kTopics));
  }
}

}  // namespace
}  // namespace linktrail::dist
