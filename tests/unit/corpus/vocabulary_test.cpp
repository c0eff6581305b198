#include "corpus/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace linktrail {
namespace {

using ::testing::ElementsAre;

std::vector<QidCount> example() { return {{30, 5}, {7, 9}, {10, 5}, {8, 1}, {20, 5}}; }

TEST(Vocabulary, SortsByFallingCountThenByQid) {
  const Vocabulary vocabulary(example(), 1);

  EXPECT_THAT(vocabulary.qids(), ElementsAre(7, 10, 20, 30, 8));
  EXPECT_THAT(vocabulary.counts(), ElementsAre(9, 5, 5, 5, 1));
  EXPECT_EQ(vocabulary.total_count(), 25U);
}

TEST(Vocabulary, FindsWhatItHolds) {
  const Vocabulary vocabulary(example(), 1);

  for (TokenId token = 0; token < vocabulary.size(); ++token) EXPECT_EQ(vocabulary.find(vocabulary.qid(token)), token);
  EXPECT_EQ(vocabulary.find(11), kNoToken);
  EXPECT_EQ(Vocabulary().find(1), kNoToken);
}

TEST(Vocabulary, DropsWhatIsBelowTheMinimum) {
  const Vocabulary vocabulary(example(), 5);

  EXPECT_EQ(vocabulary.size(), 4U);
  EXPECT_EQ(vocabulary.find(8), kNoToken);
  EXPECT_EQ(vocabulary.total_count(), 24U);
  EXPECT_TRUE(Vocabulary(example(), 10).empty());
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
