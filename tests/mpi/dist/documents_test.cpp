// Vectors of articles from links do not depend on how the rows are spread over ranks.
#include "dist/documents.h"

#include <gtest/gtest.h>

#include <map>

#include "comm/collectives.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

constexpr std::size_t kTokens = 20;
constexpr std::size_t kDim = 5;
constexpr std::uint64_t kRows = 60;  // rows of 25 articles: each article occurs in two or three wikis

Matrix token_vectors() {
  Matrix matrix(kTokens, kDim);
  for (std::size_t t = 0; t < kTokens; ++t)
    for (std::size_t d = 0; d < kDim; ++d) matrix.row(t)[d] = static_cast<float>(t + 1) / static_cast<float>(d + 3);
  return matrix;
}

// Row i belongs to article 1000 - i % 25; every seventh article has no known link at all.
std::vector<TokenId> links_of_row(std::uint64_t row) {
  if (row % 25 % 7 == 0) return {};
  return {static_cast<TokenId>(row % kTokens), static_cast<TokenId>(row * 3 % kTokens), static_cast<TokenId>(row % 4)};
}

LinkCorpus rows_of_rank(int rank, int ranks) {
  LinkCorpus corpus;
  for (std::uint64_t row = static_cast<std::uint64_t>(rank); row < kRows; row += static_cast<std::uint64_t>(ranks)) {
    corpus.articles.push_back(static_cast<Qid>(1000 - row % 25));
    corpus.sequences.append(std::span<const TokenId>(links_of_row(row)));
  }
  return corpus;
}

// The obvious way, on one process.
std::map<Qid, std::vector<double>> expected_means(LinkBag kind, std::span<const float> weights) {
  std::map<Qid, std::vector<TokenId>> bags;
  for (std::uint64_t row = 0; row < kRows; ++row)
    for (const TokenId token : links_of_row(row)) bags[static_cast<Qid>(1000 - row % 25)].push_back(token);
  const Matrix vectors = token_vectors();
  std::map<Qid, std::vector<double>> means;
  for (auto& [qid, bag] : bags) {
    std::sort(bag.begin(), bag.end());
    if (kind == LinkBag::kUnion) bag.erase(std::unique(bag.begin(), bag.end()), bag.end());
    std::vector<double> mean(kDim, 0);
    double total = 0;
    for (const TokenId token : bag) {
      total += weights[token];
      for (std::size_t d = 0; d < kDim; ++d) mean[d] += static_cast<double>(weights[token]) * vectors.row(token)[d];
    }
    for (double& x : mean) x /= total;
    means[qid] = mean;
  }
  return means;
}

void expect_means(LinkBag kind) {
  const auto comm = test::world();
  std::vector<float> weights(kTokens);
  for (std::size_t t = 0; t < kTokens; ++t) weights[t] = 1.0F + static_cast<float>(t % 3);

  const Documents documents =
      embed_documents(rows_of_rank(comm.rank(), comm.size()), token_vectors(), weights, kind, comm);

  const auto expected = expected_means(kind, weights);
  EXPECT_EQ(documents.stats.articles, 25U);
  EXPECT_EQ(documents.stats.without_known_link, 25U - expected.size());
  EXPECT_EQ(documents.rows.total, expected.size());
  const auto [begin, end] = row_block(documents.rows.total, comm.rank(), comm.size());
  EXPECT_EQ(documents.rows.begin, begin);
  EXPECT_EQ(documents.rows.qids.size(), end - begin);
  auto entry = std::next(expected.begin(), static_cast<std::ptrdiff_t>(begin));
  for (std::size_t i = 0; i < documents.rows.qids.size(); ++i, ++entry) {
    EXPECT_EQ(documents.rows.qids[i], entry->first);
    for (std::size_t d = 0; d < kDim; ++d) EXPECT_NEAR(documents.rows.vectors.row(i)[d], entry->second[d], 1e-5);
  }
}

TEST(EmbedDocuments, UnionCountsEachLinkOnceAtAnyNumberOfRanks) { expect_means(LinkBag::kUnion); }

TEST(EmbedDocuments, MultisetCountsEveryWikiAtAnyNumberOfRanks) { expect_means(LinkBag::kMultiset); }

TEST(EmbedDocuments, ArticlesWithoutAnyRowGiveAnEmptyResult) {
  const auto comm = test::world();

  const Documents documents =
      embed_documents(LinkCorpus{}, token_vectors(), std::vector<float>(kTokens, 1.0F), LinkBag::kUnion, comm);

  EXPECT_EQ(documents.rows.total, 0U);
  EXPECT_EQ(documents.stats.articles, 0U);
}

}  // namespace
}  // namespace linktrail::dist
