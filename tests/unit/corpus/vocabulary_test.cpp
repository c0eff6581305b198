#include "corpus/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/heap.h"

namespace linktrail {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::vector<QidCount> example() { return {{30, 5}, {7, 9}, {10, 5}, {8, 1}, {20, 5}}; }

TEST(Vocabulary, SortsByFallingCountThenByQid) {
  const Vocabulary vocabulary(example(), 1);

  EXPECT_THAT(vocabulary.qids(), ElementsAre(7, 10, 20, 30, 8));
  EXPECT_THAT(vocabulary.counts(), ElementsAre(9, 5, 5, 5, 1));
  EXPECT_EQ(vocabulary.total_count(), 25U);
}

TEST(Vocabulary, DropsWhatIsBelowTheMinimum) {
  const Vocabulary vocabulary(example(), 5);

  EXPECT_EQ(vocabulary.size(), 4U);
  EXPECT_THAT(vocabulary.qids(), Not(Contains(8)));
  EXPECT_EQ(vocabulary.total_count(), 24U);
  EXPECT_TRUE(Vocabulary(example(), 10).empty());
}

// It stays beside the model on every rank.
TEST(Vocabulary, TakesNoMoreMemoryThanItsEntries) {
  constexpr std::size_t kArticles = 1 << 20;
  const std::size_t before = test::heap_bytes();
  std::vector<QidCount> counts;
  counts.reserve(kArticles);
  for (std::size_t i = 0; i < kArticles; ++i) counts.push_back({static_cast<Qid>(i), 1});

  const Vocabulary vocabulary(std::move(counts), 1);

  EXPECT_EQ(vocabulary.size(), kArticles);
  EXPECT_LT(test::heap_bytes() - before, kArticles * sizeof(QidCount) * 9 / 8);
}

TEST(Vocabulary, FingerprintDependsOnQidsAndCountsOnly) {
  auto shuffled = example(), other_count = example(), other_qid = example();
  std::reverse(shuffled.begin(), shuffled.end());
  other_count[0].count = 6;
  other_qid[3].qid = 9;

  const std::uint64_t expected = Vocabulary(example(), 1).fingerprint();
  EXPECT_EQ(Vocabulary(shuffled, 1).fingerprint(), expected);
  EXPECT_NE(Vocabulary(other_count, 1).fingerprint(), expected);
  EXPECT_NE(Vocabulary(other_qid, 1).fingerprint(), expected);
}

}  // namespace
}  // namespace linktrail
