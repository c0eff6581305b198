#include "dist/round_plan.h"

#include <gmock/gmock.h>

namespace linktrail::dist {
namespace {

using testing::ElementsAre;

TEST(RoundPlan, TheLargestShardDecidesTheNumberOfRounds) {
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 301, 0}, 100), 4U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 300, 0}, 100), 3U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{0, 0}, 100), 1U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 300}, 100, 8), 8U);
}

TEST(RoundPlan, HasNoMoreRoundsThanTheLargestShardHasTokens) {
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{7, 30, 0}, 100, 4000000000), 30U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{0, 0}, 100, 80), 1U);
}

TEST(RoundPlan, SlicesHoldAboutEqualTokens) {
  std::vector<std::uint64_t> offsets{0};
  for (std::uint64_t i = 0; i < 1000; ++i) offsets.push_back(offsets.back() + 1 + i % 7);

  const auto bounds = slice_bounds(offsets, 9);

  ASSERT_EQ(bounds.size(), 10U);
  EXPECT_EQ(bounds.front(), 0U);
  EXPECT_EQ(bounds.back(), 1000U);
  for (std::size_t r = 0; r < 9; ++r)
    EXPECT_NEAR(static_cast<double>(offsets[bounds[r + 1]] - offsets[bounds[r]]),
                static_cast<double>(offsets.back()) / 9, 7);
}

TEST(RoundPlan, MoreRoundsThanSequencesLeavesSomeEmpty) {
  const auto bounds = slice_bounds(std::vector<std::uint64_t>{0, 5, 9}, 5);

  EXPECT_EQ(bounds.front(), 0U);
  EXPECT_EQ(bounds.back(), 2U);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(RoundPlan, EmptyShardsHaveEmptySlices) {
  EXPECT_THAT(slice_bounds({}, 2), ElementsAre(0, 0, 0));
  EXPECT_THAT(slice_bounds(std::vector<std::uint64_t>{0}, 2), ElementsAre(0, 0, 0));
  EXPECT_THAT(slice_bounds(std::vector<std::uint64_t>{0, 0, 0}, 1), ElementsAre(0, 2));
}

}  // namespace
}  // namespace linktrail::dist
