#include "embedding/combine_rule.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "core/matrix.h"

namespace linktrail {
namespace {

using testing::ElementsAre;
using Row = std::vector<float>;

// Rows as ranks would have them; an empty row is one that the rank did not change.
Row combined(CombineRule rule, const std::vector<Row>& deltas, int ranks, float correction = 1) {
  const std::size_t dim = std::ranges::max(deltas, {}, &Row::size).size();
  Matrix padded(deltas.size(), dim);
  std::vector<RowChange> changes(deltas.size());
  for (std::size_t i = 0; i < deltas.size(); ++i) {
    if (deltas[i].empty()) continue;
    std::ranges::copy(deltas[i], padded.row_data(i));
    changes[i] = change_of_one(rule, padded.row_data(i), padded.stride());
  }
  const RowChange all = merge_changes(rule, changes, padded.stride(), correction);
  finish_change(rule, all, padded.stride(), ranks);
  return {all.values, all.values + dim};
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

TEST(CombineRow, AdasumCorrectsAsMuchAsItIsTold) {
  // As by hand above, with a half of each correction, and with none: the sum.
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 0}, {1, 1}}, 2, 0.5F), ElementsAre(1.625F, 0.875F));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 0}, {1, 1}}, 2, 0), ElementsAre(2, 1));
  EXPECT_THAT(combined(CombineRule::kAdasum, {{2, 4}, {2, 4}, {2, 4}, {2, 4}}, 4, 0.5F), ElementsAre(4.5F, 9));
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

TEST(CombineRow, CoherenceAddsOrthogonalChangesAndAveragesParallelOnes) {
  EXPECT_THAT(combined(CombineRule::kCoherence, {{1, 0, 0}, {0, 2, 0}, {0, 0, 3}}, 8), ElementsAre(1, 2, 3));
  EXPECT_THAT(combined(CombineRule::kCoherence, {{2, 4}, {2, 4}, {2, 4}}, 3), ElementsAre(2, 4));
  EXPECT_THAT(combined(CombineRule::kCoherence, {{1, 0}, {-0.5F, 0}}, 2), ElementsAre(0.5F, 0));
}

TEST(CombineRow, RanksThatChangedNothingKeepTheirPlaceInTheTree) {
  const Row a{1, 0.5F, 0}, c{-1, 0, 2}, d{0.25F, 1, 1};
  const Row cd = combined(CombineRule::kAdasum, {c, d}, 2);

  EXPECT_EQ(combined(CombineRule::kAdasum, {a, {}, c, d}, 4), combined(CombineRule::kAdasum, {a, cd}, 2));
  EXPECT_EQ(combined(CombineRule::kAdasum, {{}, {}, {}, d}, 4), d);
}

// Merged on two nodes first, and then over the nodes.
TEST(CombineRow, GroupsOfAPowerOfTwoChangeNothing) {
  const std::vector<Row> rows{{1, 0.5F, 0}, {0.5F, 1, 0}, {-1, 0, 2}, {0.25F, 1, 1}};
  for (const CombineRule rule : {CombineRule::kAdasum, CombineRule::kTouchedAverage, CombineRule::kAverage}) {
    Matrix padded(4, 3);
    std::vector<RowChange> changes(4);
    for (std::size_t i = 0; i < 4; ++i) {
      std::ranges::copy(rows[i], padded.row_data(i));
      changes[i] = change_of_one(rule, padded.row_data(i), padded.stride());
    }
    std::vector<RowChange> nodes{merge_changes(rule, std::span(changes).first(2), padded.stride()),
                                 merge_changes(rule, std::span(changes).last(2), padded.stride())};
    const RowChange all = merge_changes(rule, nodes, padded.stride());
    finish_change(rule, all, padded.stride(), 4);

    EXPECT_EQ(Row(all.values, all.values + 3), combined(rule, rows, 4));
  }
}

TEST(CombineRow, WorksForLengthsThatAreNotAMultipleOfFour) {
  EXPECT_THAT(combined(CombineRule::kAdasum, {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}}, 2), ElementsAre(1, 1, 1, 1, 1));
}

}  // namespace
}  // namespace linktrail
