#include "collect/link_joins.h"

#include <gtest/gtest.h>

#include <map>

#include "collect/part_plan.h"

namespace linktrail {
namespace {

std::string fact(std::uint32_t page, FactKind kind, std::string_view title = {}, std::uint64_t value = 0,
                 std::uint16_t high = 0) {
  std::string bytes;
  append_fact({.page = page,
               .wiki = 0,
               .kind = kind,
               .title_bytes = static_cast<std::uint8_t>(title.size()),
               .value = value,
               .high = high},
              title, bytes);
  return bytes;
}

std::string redirect_to(std::uint32_t page, std::string_view title) {
  const TargetKey key = title_key(0, title);
  return fact(page, FactKind::kRedirectTo, {}, key.low, key.high);
}

const TitleRecord* find_title(const PageJoin& join, std::string_view title) {
  for (const TitleRecord& record : join.titles)
    if (record.key() == title_key(0, title)) return &record;
  return nullptr;
}

TEST(JoinPages, GivesEveryPageItsQidAndTarget) {
  const PageJoin join =
      join_pages(fact(9, FactKind::kQid, {}, 42) + fact(1, FactKind::kQid, {}, 7) + fact(1, FactKind::kPage, "A") +
                     redirect_to(2, "A") + fact(2, FactKind::kRedirectPage, "B") +
                     fact(3, FactKind::kRedirectPage, "C") + fact(4, FactKind::kPage, "D"),
                 {});
  ASSERT_EQ(join.titles.size(), 4U);
  EXPECT_EQ(find_title(join, "A")->kind, TargetKind::kArticle);
  EXPECT_EQ(find_title(join, "A")->qid, 7);
  EXPECT_EQ(find_title(join, "B")->kind, TargetKind::kRedirect);
  EXPECT_EQ(find_title(join, "B")->target(), title_key(0, "A"));
  EXPECT_EQ(find_title(join, "C")->kind, TargetKind::kNowhere);
  EXPECT_EQ(find_title(join, "D")->kind, TargetKind::kWithoutQid);
  EXPECT_EQ(join.pages_kept, 4U);
  EXPECT_EQ(join.redirects, 2U);
  EXPECT_EQ(join.with_qid, 1U);
  std::map<std::uint32_t, std::string> titles;
  for_each_page(join.pages, [&](const Page& page, std::string_view title) { titles[page.page] = title; });
  EXPECT_EQ(titles, (std::map<std::uint32_t, std::string>{{1, "A"}, {2, "B"}, {3, "C"}, {4, "D"}}));
}

TEST(JoinPages, DropsDisambiguationsOnlyIfAsked) {
  const std::string facts =
      fact(1, FactKind::kPage, "A") + fact(1, FactKind::kQid, {}, 7) + fact(1, FactKind::kDisambiguation);
  EXPECT_EQ(join_pages(facts, {}).titles[0].kind, TargetKind::kArticle);
  EXPECT_EQ(join_pages(facts, {.disambiguation = Disambiguation::kDrop}).titles[0].kind, TargetKind::kDisambiguation);
  EXPECT_EQ(join_pages(facts, {.ids = PageIds::kPage}).titles[0].qid, 1);
}

TEST(JoinPages, DoesNotDependOnTheOrderOfContradictions) {
  const std::string a = fact(1, FactKind::kPage, "A"), b = fact(1, FactKind::kPage, "B"),
                    q = fact(1, FactKind::kQid, {}, 5), p = fact(1, FactKind::kQid, {}, 3);
  const PageJoin one = join_pages(a + b + q + p, {}), two = join_pages(p + b + q + a, {});
  EXPECT_EQ(one.pages, two.pages);
  EXPECT_EQ(one.repeated, 1U);
  EXPECT_EQ(one.titles[0].qid, 3);
}

TitleRecord title(std::string_view name, TargetKind kind, Qid qid, std::string_view target = {}) {
  const TargetKey key = title_key(0, name), to = title_key(0, target);
  return {.low = key.low, .high = key.high, .kind = kind, .qid = qid, .target_low = to.low, .target_high = to.high};
}

RedirectQuery query(std::string_view origin, std::string_view target) {
  const TargetKey from = title_key(0, origin), to = title_key(0, target);
  return {.low = to.low, .high = to.high, .origin_high = from.high, .origin_low = from.low};
}

TEST(FollowRedirects, AnswersAtTheLastHop) {
  const KeyTable<TitleRecord> titles({title("A", TargetKind::kArticle, 7), title("N", TargetKind::kWithoutQid, kNoQid),
                                      title("R", TargetKind::kRedirect, kNoQid, "A")});
  const std::vector<RedirectQuery> queries{query("x", "A"), query("y", "R"), query("z", "gone"), query("w", "N")};
  const RedirectStep last = follow_redirects(titles, queries, LastHop::kYes);
  ASSERT_EQ(last.answers.size(), 4U);
  EXPECT_EQ(last.answers[0].kind, TargetKind::kArticleByRedirect);
  EXPECT_EQ(last.answers[0].qid, 7);
  EXPECT_EQ(last.answers[0].key(), title_key(0, "x"));
  EXPECT_EQ(last.answers[1].kind, TargetKind::kRedirect);
  EXPECT_EQ(last.answers[2].kind, TargetKind::kNowhere);
  EXPECT_EQ(last.answers[3].kind, TargetKind::kWithoutQid);

  const RedirectStep first = follow_redirects(titles, queries, LastHop::kNo);
  EXPECT_EQ(first.answers.size(), 3U);
  ASSERT_EQ(first.further.size(), 1U);
  EXPECT_EQ(first.further[0].key(), title_key(0, "A"));
  EXPECT_EQ(first.further[0].origin(), title_key(0, "y"));
}

TEST(ResolveLinks, CountsWhatLeadsToNoArticle) {
  const TargetKey a = title_key(0, "A"), n = title_key(0, "N"), i = id_key(0, 5);
  const KeyTable<TargetRecord> targets(
      {{.low = a.low, .high = a.high, .kind = TargetKind::kArticle, .qid = 7},
       {.low = n.low, .high = n.high, .kind = TargetKind::kWithoutQid},
       {.low = i.low, .high = i.high, .kind = TargetKind::kArticleByRedirect, .qid = 9}});
  const auto link = [](const TargetKey& key, std::uint32_t from) {
    return LinkRecord{key.low, key.high, key.wiki, from};
  };
  const std::vector<LinkRecord> links{link(a, 1),
                                      link(n, 2),
                                      link(title_key(0, "gone"), 3),
                                      link(i, 4),
                                      link(id_key(0, 6), 5),
                                      link(title_key(1, "A"), 6)};
  LinkTally tally;
  std::vector<PairRecord> pairs;
  resolve_links(targets, links, tally, pairs);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].to, 7);
  EXPECT_EQ(pairs[1].from, 4U);
  EXPECT_EQ(tally.of_kind[static_cast<int>(TargetKind::kMissing)], 2U);
  EXPECT_EQ(tally.of_kind[static_cast<int>(TargetKind::kWithoutQid)], 1U);
  EXPECT_EQ(tally.without_linktarget, 1U);
}

TEST(GroupLinks, SortsEachArticlesLinksOnceAndCountsTheRest) {
  const std::vector<Page> pages{{.page = 1, .wiki = 0, .qid = 10},
                                {.page = 2, .wiki = 0, .is_redirect = 1},
                                {.page = 3, .wiki = 0},
                                {.page = 4, .wiki = 0, .is_dropped = 1, .qid = 40},
                                {.page = 5, .wiki = 0, .qid = 50},
                                {.page = 1, .wiki = 1, .qid = 11}};
  const std::vector<PairRecord> pairs{{9, 3, 0, 0}, {8, 1, 0, 0},  {7, 1, 0, 0}, {8, 1, 0, 0},
                                      {1, 2, 0, 0}, {1, 77, 0, 0}, {2, 4, 0, 0}, {3, 1, 1, 0}};
  std::map<std::pair<int, std::uint32_t>, std::vector<Qid>> rows;
  const GroupTally tally = group_links(pages, pairs, [&](const ArticleLinks& links) {
    rows[{links.wiki, links.page}] = {links.outlinks.begin(), links.outlinks.end()};
  });
  EXPECT_EQ(rows, (std::map<std::pair<int, std::uint32_t>, std::vector<Qid>>{
                      {{0, 1}, {7, 8}}, {{0, 3}, {9}}, {{1, 1}, {3}}}));
  EXPECT_EQ(tally.repeated, 1U);
  EXPECT_EQ(tally.from_redirect, 1U);
  EXPECT_EQ(tally.from_disambiguation, 1U);
  EXPECT_EQ(tally.from_unknown, 1U);
  EXPECT_EQ(tally.pairs, 4U);
  EXPECT_EQ(tally.rows_without_qid, 1U);
  EXPECT_EQ(tally.articles_without_links, 1U);
}

TEST(PartPlan, CutsByWeightAndKeepsTheOrder) {
  PageWeights weights(2);
  for (std::uint32_t run = 0; run < 100; ++run) weights.add(0, run << PageWeights::kRunBits, 50'000);
  weights.add(1, 5, 2'000'000);
  const PartPlan plan(weights);
  EXPECT_EQ(plan.size(), 26U);  // the second wiki, of a third of the links, cannot be cut
  std::uint32_t before = 0;
  for (std::uint32_t run = 0; run < 100; ++run) {
    const std::uint32_t part = plan.part_of(0, run << PageWeights::kRunBits);
    EXPECT_TRUE(part == before || part == before + 1);
    before = part;
  }
  EXPECT_GE(plan.part_of(1, 5), before);
  EXPECT_LT(plan.part_of(1, 5), plan.size());
  EXPECT_EQ(PartPlan(PageWeights(1)).size(), 1U);
  weights.add(1, 0xffffffff);
  EXPECT_EQ(weights.runs()[1].size(), PageWeights::kMostRuns) << "a damaged id costs little memory";
  EXPECT_LT(PartPlan(weights).part_of(1, 0xffffffff), PartPlan(weights).size());
}

}  // namespace
}  // namespace linktrail
