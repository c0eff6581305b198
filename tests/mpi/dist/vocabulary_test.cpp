#include "dist/vocabulary.h"

#include <gtest/gtest.h>

#include <vector>

#include "comm/agreement.h"
#include "support/mpi_test.h"

namespace linktrail {
namespace {

using test::world;

// Rank r counts article q exactly (q + r) % 4 times, so the sums are a formula of the number of ranks.
std::vector<QidCount> counts_of_rank(int rank) {
  std::vector<QidCount> counts;
  for (Qid q = 1; q <= 200; ++q)
    if (const auto count = static_cast<std::uint64_t>((q + rank) % 4); count > 0) counts.push_back({q, count});
  return counts;
}

Vocabulary expected(std::uint64_t min_count) {
  std::vector<QidCount> sums;
  for (Qid q = 1; q <= 200; ++q) {
    sums.push_back({q, 0});
    for (int r = 0; r < world().size(); ++r) sums.back().count += static_cast<std::uint64_t>((q + r) % 4);
  }
  return {std::move(sums), min_count};
}

TEST(CountVocabulary, SumsOverRanks) {
  const Vocabulary vocabulary = dist::count_vocabulary(counts_of_rank(world().rank()), 1, world());

  EXPECT_EQ(vocabulary.fingerprint(), expected(1).fingerprint());
  comm::expect_same_on_all_ranks(vocabulary.fingerprint(), "vocabulary", world());
}

TEST(CountVocabulary, AppliesTheMinimumToTheSum) {
  // With one rank only counts of 3 stay; with more, articles that no rank sees three times may stay too.
  const Vocabulary vocabulary = dist::count_vocabulary(counts_of_rank(world().rank()), 3, world());

  EXPECT_EQ(vocabulary.fingerprint(), expected(3).fingerprint());
}

TEST(CountVocabulary, AcceptsRanksWithoutCounts) {
  const std::vector<QidCount> mine = world().is_root() ? counts_of_rank(1) : std::vector<QidCount>{};

  const Vocabulary vocabulary = dist::count_vocabulary(mine, 1, world());

  EXPECT_EQ(vocabulary.fingerprint(), Vocabulary(counts_of_rank(1), 1).fingerprint());
  EXPECT_TRUE(dist::count_vocabulary({}, 1, world()).empty());
}

}  // namespace
}  // namespace linktrail
