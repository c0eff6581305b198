#include "embedding/combine_rule.h"

#include <gmock/gmock.h>

#include <vector>

namespace linktrail {
namespace {

using testing::ElementsAre;
using Row = std::vector<float>;

Row combined(CombineRule rule, std::vector<Row> deltas, int ranks) {
  std::vector<float*> pointers;
  for (Row& delta : deltas) pointers.push_back(delta.data());
  combine_row(rule, pointers, deltas[0].size(), ranks);
  return deltas[0];
}

TEST(CombineRow, AdasumAddsOrthogonalChanges) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 0, 0}, {0, 2, 0}}, 2), ElementsAre(1, 2, 0));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 0, 0}, {0, 2, 0}, {0, 0, 3}}, 8), ElementsAre(1, 2, 3));
}

TEST(CombineRow, AdasumAveragesParallelChanges) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{2, 4}, {2, 4}}, 2), ElementsAre(2, 4));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{2, 4}, {4, 8}}, 2), ElementsAre(3, 6));
}

TEST(CombineRow, AdasumByHand) {
  // a = (1, 0), b = (1, 1): a.b = 1, |a|^2 = 1, |b|^2 = 2: a / 2 + 3 b / 4.
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 0}, {1, 1}}, 2), ElementsAre(1.25F, 0.75F));
}

TEST(CombineRow, AdasumGoesUpATreeInRankOrder) {
  const Row a{1, 0.5F, 0}, b{0.5F, 1, 0}, c{-1, 0, 2}, d{0.25F, 1, 1};
  const Row ab = combined(CombineRule::kAdasum, {a, b}, 2), cd = combined(CombineRule::kAdasum, {c, d}, 2);

  EXPECT_EQ(combined(CombineRule::kAdasum, {a, b, c, d}, 4), combined(CombineRule::kAdasum, {ab, cd}, 2));
  EXPECT_EQ(combined(CombineRule::kAdasum, {a, b, c}, 3), combined(CombineRule::kAdasum, {ab, c}, 2));
}

TEST(CombineRow, ZeroChangesAreNeutralInAdasum) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{0, 0}, {3, 4}}, 2), ElementsAre(3, 4));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{3, 4}, {0, 0}}, 2), ElementsAre(3, 4));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{0, 0}, {0, 0}}, 2), ElementsAre(0, 0));
}

TEST(CombineRow, OneChangeStaysAsItIsUnlessAllRanksCount) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{3, 4}}, 4), ElementsAre(3, 4));
  EXPECT_THAT(combined(CombineRule::kTouchedAverage, {{3, 4}}, 4), ElementsAre(3, 4));
  EXPECT_THAT(combined(CombineRule::kAverage, {{3, 4}}, 4), ElementsAre(0.75F, 1));
}

TEST(CombineRow, AveragesDivideByTouchingOrByAllRanks) {
  EXPECT_THAT(combined(CombineRule::kTouchedAverage, {{2, 0}, {4, 2}}, 4), ElementsAre(3, 1));
  EXPECT_THAT(combined(CombineRule::kAverage, {{2, 0}, {4, 2}}, 4), ElementsAre(1.5F, 0.5F));
}

TEST(CombineRow, WorksForLengthsThatAreNotAMultipleOfFour) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}}, 2), ElementsAre(1, 1, 1, 1, 1));
}

}  // namespace
}  // namespace linktrail
