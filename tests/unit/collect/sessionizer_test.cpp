// The rules from views to sessions, one by one, by hand.
#include "collect/sessionizer.h"

#include <gmock/gmock.h>

namespace linktrail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kMinute = 60'000;

View view(std::uint64_t actor, std::uint64_t ms, std::uint32_t page, std::uint32_t wiki = 1) {
  return {actor, (actor << kTimeBits) | ms, page_key(wiki, page)};
}

// Page p of wiki 1 is Q(p), but for those that a test changes.
struct Case {
  SessionRules rules;
  PageTable pages;
  std::vector<View> views;
  SessionCounts counts;

  Case() {
    for (std::uint32_t p = 1; p <= 100; ++p) pages[page_key(1, p)] = p;
  }
  void see(std::uint64_t minute, std::uint32_t page, std::uint64_t actor = 1) {
    views.push_back(view(actor, minute * kMinute, page));
  }
  std::vector<std::vector<Qid>> sessions() {
    sort_views(views, {{1, 0}, {2, 1}});
    Sequences<Qid> found;
    append_sessions(views, pages, rules, found, counts);
    std::vector<std::vector<Qid>> all;
    for (std::size_t i = 0; i < found.size(); ++i) all.emplace_back(found[i].begin(), found[i].end());
    const auto& c = counts;
    EXPECT_EQ(views.size(),
              c.rare_pages + c.without_qid + c.main_page + c.repeated + c.too_short + c.too_long + c.written);
    return all;
  }
};

TEST(Sessionizer, ViewsAreReadByTimeWhateverTheirOrder) {
  Case c;
  c.see(3, 13);
  c.see(1, 11);
  c.see(2, 12);
  EXPECT_THAT(c.sessions(), ElementsAre(ElementsAre(11, 12, 13)));
}

TEST(Sessionizer, ViewsOfOneMomentGoByPageThenByNameOfTheWiki) {
  std::vector<View> views{view(1, 5, 20, 7), view(1, 5, 20, 9), view(1, 5, 10, 7)};
  sort_views(views, {{7, 1}, {9, 0}});
  EXPECT_THAT(views,
              ElementsAre(testing::Field(&View::page, page_key(7, 10)), testing::Field(&View::page, page_key(9, 20)),
                          testing::Field(&View::page, page_key(7, 20))));
}

TEST(Sessionizer, ActorsThatDifferInTheLast20BitsOnlyAreTwo) {
  std::vector<View> views{{1, (5ULL << kTimeBits) | 1, page_key(1, 1)}, {1, (6ULL << kTimeBits) | 2, page_key(1, 2)}};
  EXPECT_FALSE(views[0].same_actor(views[1]));
  EXPECT_EQ(views[1].time_ms(), 2U);
}

TEST(Sessionizer, AGapOfAnHourStaysAndOneMillisecondMoreSplits) {
  Case c;
  c.views = {view(1, 0, 11), view(1, 60 * kMinute, 12), view(1, 120 * kMinute + 1, 13), view(1, 121 * kMinute, 14)};
  EXPECT_THAT(c.sessions(), ElementsAre(ElementsAre(11, 12), ElementsAre(13, 14)));
}

// A(0) A(50) B(100): no gap is longer than an hour, so it is one session.
TEST(Sessionizer, ReloadsKeepASessionTogether) {
  Case c;
  c.see(0, 11);
  c.see(50, 11);
  c.see(100, 12);
  EXPECT_THAT(c.sessions(), ElementsAre(ElementsAre(11, 12)));
  EXPECT_EQ(c.counts.repeated, 1U);
}

// The pipeline in use has A(0) B(100) left when it splits.
TEST(Sessionizer, CompatMeasuresGapsBehindRepeatsFromTheFirst) {
  Case c;
  c.rules.compat = Compat::kOriginal;
  c.see(0, 11);
  c.see(50, 11);
  c.see(100, 12);
  EXPECT_THAT(c.sessions(), IsEmpty());
  EXPECT_EQ(c.counts.too_short, 2U);
}

TEST(Sessionizer, TheSameArticleInTwoLanguagesIsOneVisitButLaterReturnsStay) {
  Case c;
  c.pages[page_key(2, 5)] = 11;
  c.views = {view(1, 0, 11), view(1, 1, 5, 2), view(1, 2, 12), view(1, 3, 11)};
  EXPECT_THAT(c.sessions(), ElementsAre(ElementsAre(11, 12, 11)));
}

TEST(Sessionizer, LengthsAreCountedAfterRepeatsAndLongSessionsAreDroppedWhole) {
  Case c;
  for (std::uint32_t i = 0; i < 30; ++i) c.see(i, 10 + i), c.see(i, 10 + i);
  for (std::uint32_t i = 0; i < 31; ++i) c.see(1000 + i, 10 + i);
  for (std::uint32_t i = 0; i < 5; ++i) c.see(2000 + i, 50);
  const auto sessions = c.sessions();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].size(), 30U);
  EXPECT_EQ(c.counts.too_long, 31U);
  EXPECT_EQ(c.counts.too_short, 1U);
  EXPECT_EQ(c.counts.repeated, 34U);
}

TEST(Sessionizer, OneViewOfTheMainPageDropsAllOfTheActorAndNoOther) {
  Case c;
  c.pages[page_key(1, 99)] = 5296;
  c.see(0, 11);
  c.see(1, 12);
  c.see(5000, 99);
  c.see(9000, 13);
  c.see(9001, 14);
  c.see(0, 15, 2);
  c.see(1, 16, 2);
  EXPECT_THAT(c.sessions(), ElementsAre(ElementsAre(15, 16)));
  EXPECT_EQ(c.counts.main_page, 5U);
}

// The order of the rules: a main page that too few saw has gone before it can drop anyone.
TEST(Sessionizer, RarePagesAndPagesWithoutQidAreGoneBeforeTheOtherRules) {
  Case c;
  c.pages[page_key(1, 99)] = kRarePage;
  c.pages[page_key(1, 98)] = kPageWithoutQid;
  c.see(0, 11);
  c.see(50, 99);
  c.see(55, 98);
  c.see(100, 12);
  EXPECT_THAT(c.sessions(), IsEmpty());  // 100 minutes between what remains
  EXPECT_EQ(c.counts.rare_pages, 1U);
  EXPECT_EQ(c.counts.without_qid, 1U);
}

TEST(Sessionizer, OnlyTheBusyDayGoesAndTheLimitItselfStays) {
  std::vector<View> views;
  for (std::uint64_t i = 0; i < 3; ++i) views.push_back(view(1, i, 1));
  for (std::uint64_t i = 0; i < 4; ++i) views.push_back(view(1, kMillisecondsADay + i, 1));
  views.push_back(view(1, 2 * kMillisecondsADay, 1));
  views.push_back(view(2, 2 * kMillisecondsADay, 1));  // on the same day as the one before, by another actor
  for (std::uint64_t i = 0; i < 2; ++i) views.push_back(view(2, 2 * kMillisecondsADay + i, 1));
  std::vector<View> unlimited = views;
  EXPECT_EQ(drop_busy_days(views, 3), 4U);
  ASSERT_EQ(views.size(), 7U);
  EXPECT_EQ(views[3].day(), 2U);
  EXPECT_TRUE(views[4].same_actor(view(2, 0, 1)));
  EXPECT_EQ(drop_busy_days(unlimited, 0), 0U);
}

TEST(Sessionizer, ActorsOfAPageAreCountedOnceEach) {
  const std::vector<View> views{view(1, 1, 10), view(1, 2, 20), view(1, 3, 10), view(2, 1, 10)};
  PageTable actors;
  count_actors(views, actors);
  EXPECT_EQ(*actors.find(page_key(1, 10)), 2);
  EXPECT_EQ(*actors.find(page_key(1, 20)), 1);
  EXPECT_EQ(actors.find(page_key(1, 30)), nullptr);
}

TEST(PageTable, HoldsManyKeysWhileItGrows) {
  PageTable table;
  for (std::uint64_t key = 1; key <= 100'000; ++key) table[key * 0x100000001ULL] += static_cast<std::int64_t>(key);
  EXPECT_EQ(table.size(), 100'000U);
  for (std::uint64_t key = 1; key <= 100'000; ++key)
    ASSERT_EQ(*table.find(key * 0x100000001ULL), static_cast<std::int64_t>(key));
  EXPECT_EQ(table.find(5), nullptr);
}

}  // namespace
}  // namespace linktrail
