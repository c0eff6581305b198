#include "collect/busy_days.h"

#include <gtest/gtest.h>

namespace linktrail {
namespace {

constexpr std::uint64_t kHour = 3'600'000;

View view(std::uint64_t actor, std::uint64_t more, std::uint64_t time_ms) {
  return {.actor = actor, .when = (more << kTimeBits) | time_ms, .page = 1};
}

TEST(BusyDays, TakeWhatFollowsOnADayThatHadTooMany) {
  BusyDays busy(2);
  std::vector<View> views{view(1, 0, 3), view(2, 0, 1), view(1, 0, 1),
                          view(1, 0, 2), view(1, 5, 1), view(1, 0, 24 * kHour)};
  EXPECT_FALSE(busy.take(views[0]));
  busy.trim(views);
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[0].time_ms(), 24 * kHour) << "the next day stays";
  EXPECT_EQ(views[1].when >> kTimeBits, 5U) << "an actor of the same 64 bits";
  EXPECT_EQ(views[2].actor, 2U);
  EXPECT_TRUE(busy.take(view(1, 0, 23 * kHour)));
  EXPECT_FALSE(busy.take(view(1, 0, 25 * kHour)));
  EXPECT_FALSE(busy.take(view(1, 5, 4)));
  EXPECT_FALSE(busy.take(view(2, 0, 4)));
  EXPECT_EQ(busy.views(), 4U);
}

TEST(BusyDays, KeepDaysWithAsManyViewsAsAllowedAndAllWithoutTheRule) {
  std::vector<View> views{view(1, 0, 3), view(1, 0, 1)};
  BusyDays two(2), any(0);
  two.trim(views);
  EXPECT_EQ(views.size(), 2U);
  views.assign(1000, view(1, 0, 3));
  any.trim(views);
  EXPECT_EQ(views.size(), 1000U);
  EXPECT_EQ(two.views() + any.views(), 0U);
  EXPECT_EQ(most_of_one_actor(views), 1000U);
}

TEST(BusyDays, ForgetTheDaysOfOtherActors) {
  BusyDays busy(1);
  std::vector<View> views{view(1, 0, 3), view(1, 0, 1), view(1, 1, 1), view(1, 1, 2), view(1, 1, 3)};
  busy.trim(views);
  busy.filter([](const View& kept) { return kept.when >> kTimeBits == 1; });
  EXPECT_EQ(busy.views(), 3U);
  EXPECT_FALSE(busy.take(view(1, 0, 3)));
  EXPECT_TRUE(busy.take(view(1, 1, 3)));
}

TEST(MostOfOneActor, IsTheLongestRun) {
  EXPECT_EQ(most_of_one_actor({}), 0U);
  const std::vector<View> views{view(1, 0, 3), view(1, 1, 3), view(1, 1, 4), view(2, 1, 4)};
  EXPECT_EQ(most_of_one_actor(views), 2U);
}

}  // namespace
}  // namespace linktrail
