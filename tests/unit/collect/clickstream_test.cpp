// The clickstream: rows, graph, and walks whose steps are as frequent as the clicks.
#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "collect/clickstream_log.h"
#include "collect/clickstream_walk.h"
#include "core/error.h"

namespace linktrail {
namespace {

TEST(ClickstreamLog, RowsHaveFourColumns) {
  Click click;
  EXPECT_EQ(parse_click("A_b\tC\tlink\t18", click), nullptr);
  EXPECT_EQ(click.prev, "A_b");
  EXPECT_EQ(click.type, ClickType::kLink);
  EXPECT_EQ(click.count, 18U);
  EXPECT_EQ(parse_click("other-search\tC\texternal\t5955705", click), nullptr);
  EXPECT_EQ(click.type, ClickType::kExternal);
  for (const char* row : {"", "A\tB\tlink", "A\tB\tlink\t1\tx", "A\tB\tlink\t0", "A\tB\tlink\t-3", "A\tB\tlink\tx",
                          "A\tB\tL\t1", "\tB\tlink\t1", "A\t\tlink\t1", "A\tB\tlink\t99999999999999999999"})
    EXPECT_NE(parse_click(row, click), nullptr) << row;
}

TEST(ClickstreamLog, TheNameOfAFileSaysTheWiki) {
  EXPECT_EQ(wiki_of_file("/x/clickstream-enwiki-2026-10.tsv.gz"), "enwiki");
  EXPECT_EQ(wiki_of_file("zh_yuewiki-clickstream.tsv"), "zh_yuewiki");
  EXPECT_EQ(wiki_of_file("/data/enwiki/clicks.tsv"), "");
  EXPECT_EQ(wiki_of_file("wiki.tsv"), "");
}

TEST(ClickstreamLog, TitlesAreEqualWithSpacesAndUnderscoresInOneWiki) {
  EXPECT_EQ(title_key("enwiki", "Main Page"), title_key("enwiki", "Main_Page"));
  EXPECT_NE(title_key("enwiki", "A"), title_key("dewiki", "A"));
  EXPECT_NE(title_key("enwiki", "A"), title_key("enwiki", "a"));
}

constexpr std::uint64_t kArticles = 40;

// Article i of 40 has 5 targets with 1 to 9 clicks, few enough that one more or less shows, and as many arrivals as its
// neighbours send and readers bring from outside.
ClickGraph wide_graph() {
  std::vector<ClickEdge> edges;
  std::vector<std::uint64_t> arrivals(kArticles + 1, 0);
  for (std::uint64_t i = 1; i <= kArticles; ++i) {
    edges.push_back({0, i, i % 3 == 0 ? 1 : 5 + i});
    for (std::uint64_t k = 1; k <= 5; ++k) edges.push_back({i, (i * 7 + k * k) % kArticles + 1, i * k % 9 + 1});
  }
  std::erase_if(edges, [](const ClickEdge& edge) { return edge.from == edge.to; });
  for (const ClickEdge& edge : edges) arrivals[edge.to] += edge.count;
  std::vector<ClickArticle> articles;
  for (std::uint64_t i = kArticles; i >= 1; --i) articles.push_back({i, static_cast<Qid>(100 + i), arrivals[i]});
  std::reverse(edges.begin(), edges.end());
  return {std::move(articles), std::move(edges)};
}

TEST(ClickGraph, CountsAreThoseOfTheRows) {
  const ClickGraph graph({{.key = 9, .qid = 90, .arrivals = 15}, {.key = 3, .qid = 30, .arrivals = 4}},
                         {{0, 9, 5}, {3, 9, 10}, {0, 3, 4}});
  ASSERT_EQ(graph.size(), 2U);
  EXPECT_EQ(graph.qid(0), 30);
  EXPECT_EQ(graph.entries(0), 4U);
  EXPECT_EQ(graph.entries(1), 5U);
  EXPECT_EQ(graph.clicks(0), 10U);
  EXPECT_EQ(graph.clicks(1), 0U);
  EXPECT_THAT(graph.targets(0), testing::ElementsAre(1));
}

// Steps and starts of `sessions` walks.
struct Tally {
  std::map<std::pair<ClickGraph::Node, ClickGraph::Node>, double> steps;
  std::map<ClickGraph::Node, double> starts, from, visits, ends;
};

Tally tally(const ClickWalk& walk, std::uint64_t sessions) {
  Tally t;
  std::vector<ClickGraph::Node> nodes;
  for (std::uint64_t i = 0; i < sessions; ++i) {
    walk.nodes(i, nodes);
    ++t.starts[nodes.front()];
    if (nodes.size() < 30) ++t.ends[nodes.back()];
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      if (nodes.size() < 30 || k + 1 < nodes.size()) ++t.visits[nodes[k]];
      if (k + 1 == nodes.size()) continue;
      ++t.steps[{nodes[k], nodes[k + 1]}];
      ++t.from[nodes[k]];
    }
  }
  return t;
}

struct ChiSquared {
  double sum = 0;
  double cells = 0;
  void add(double found, double expected) {
    sum += (found - expected) * (found - expected) / expected;
    ++cells;
  }
  // Wilson-Hilferty: (sum / freedom)^(1/3) is nearly normal. Standard deviations above what chance gives.
  double deviations(double freedom) const {
    const double spread = 2 / (9 * freedom);
    return (std::cbrt(sum / freedom) - (1 - spread)) / std::sqrt(spread);
  }
};

ChiSquared compare_steps(const ClickGraph& graph, const Tally& t) {
  ChiSquared chi;
  for (ClickGraph::Node a = 0; a < graph.size(); ++a) {
    const auto sums = graph.click_sums(a);
    std::uint64_t before = 0;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const double share = static_cast<double>(sums[k] - before) / static_cast<double>(graph.clicks(a));
      before = sums[k];
      const auto found = t.steps.find({a, graph.targets(a)[k]});
      chi.add(found == t.steps.end() ? 0 : found->second, t.from.at(a) * share);
    }
  }
  return chi;
}

// The seed is fixed, so this is no matter of luck; 4 standard deviations are a chance of 6e-5 for a right walk, and a
// walk that takes the next target one time in a hundred fails, as one that is off by one in the running sums (tried).
TEST(ClickWalk, AMillionSessionsTakeStepsAsOftenAsReadersClicked) {
  const ClickGraph graph = wide_graph();
  const ClickWalk walk(graph, {});
  const Tally t = tally(walk, 1'000'000);
  const ChiSquared chi = compare_steps(graph, t);
  EXPECT_LT(std::abs(chi.deviations(chi.cells - static_cast<double>(graph.size()))), 4);
}

// Four articles with three targets each, of very different counts: few cells and long walks, so that some 10 million
// steps lie on 12 cells.
ClickGraph narrow_graph() {
  std::vector<ClickEdge> edges{{0, 1, 3}, {0, 3, 1}};
  std::vector<ClickArticle> articles;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    const std::uint64_t counts[] = {1, 10, 100};
    for (std::uint64_t k = 0; k < 3; ++k) edges.push_back({i, (i + k) % 4 + 1, counts[(i + k) % 3]});
    articles.push_back({i, static_cast<Qid>(100 + i), 123});  // a tenth of 111 more than its clicks
  }
  return {std::move(articles), std::move(edges)};
}

// Fails, too, for a walk that takes the next target, any target, or the first one in one of 300 steps (tried).
TEST(ClickWalk, TenMillionStepsBetweenFewArticlesTellOneWrongStepInHundreds) {
  const ClickGraph graph = narrow_graph();
  const Tally t = tally(ClickWalk(graph, {}), 1'000'000);
  EXPECT_GT(t.from.at(0) + t.from.at(1) + t.from.at(2) + t.from.at(3), 5e6);
  const ChiSquared chi = compare_steps(graph, t);
  EXPECT_EQ(chi.cells, 12);
  EXPECT_LT(std::abs(chi.deviations(chi.cells - static_cast<double>(graph.size()))), 4);
}

// A walk that ends at an article does so with the share of arrivals that no click leads away from. Those of one article
// are drawn again, so what is compared is later articles only: visits that are not the first.
TEST(ClickWalk, SessionsEndWhereArrivalsExceedClicks) {
  const ClickGraph graph = wide_graph();
  const ClickWalk walk(graph, {.min_length = 1});
  const Tally t = tally(walk, 300'000);
  ChiSquared ends, starts;
  for (ClickGraph::Node a = 0; a < graph.size(); ++a) {
    const double stop =
        1 - std::min(1.0, static_cast<double>(graph.clicks(a)) / static_cast<double>(graph.arrivals(a)));
    const double expected = t.visits.at(a) * stop;
    const double found = t.ends.contains(a) ? t.ends.at(a) : 0;
    if (stop == 0 || stop == 1)
      EXPECT_EQ(found, expected);
    else
      ends.sum += (found - expected) * (found - expected) / (expected * (1 - stop)), ++ends.cells;
    starts.add(t.starts.contains(a) ? t.starts.at(a) : 0,
               300'000.0 * static_cast<double>(graph.entries(a)) / static_cast<double>(graph.entry_sums().back()));
  }
  ASSERT_GT(ends.cells, 10);
  EXPECT_LT(std::abs(ends.deviations(ends.cells)), 4);
  EXPECT_LT(std::abs(starts.deviations(starts.cells - 1)), 4);
}

TEST(ClickWalk, ASessionDependsOnItsNumberAloneAndKeepsItsLengths) {
  const ClickGraph graph = wide_graph();
  const ClickWalk walk(graph, {.min_length = 3, .max_length = 6}),
      other(graph, {.seed = 2, .min_length = 3, .max_length = 6});
  std::vector<Qid> first, again, elsewhere;
  std::size_t different = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    walk.session(i, first);
    walk.session((i * 31) % 500, again);
    walk.session(i, again);
    other.session(i, elsewhere);
    EXPECT_EQ(first, again);
    EXPECT_GE(first.size(), 3U);
    EXPECT_LE(first.size(), 6U);
    different += first == elsewhere ? 0 : 1;
  }
  EXPECT_GT(different, 400U);
}

TEST(ClickWalk, AConstantStopGivesItsLengths) {
  const ClickGraph graph = wide_graph();
  const ClickWalk walk(graph, {.min_length = 1, .max_length = 1000, .stop_probability = 0.25});
  double total = 0;
  std::vector<Qid> qids;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    walk.session(i, qids);
    total += static_cast<double>(qids.size());
  }
  EXPECT_NEAR(total / 100'000, 4, 0.05);  // mean of a geometric length; 0.05 is 4.5 standard errors
}

TEST(ClickWalk, AGraphThatCannotBeWalkedIsRefused) {
  EXPECT_THROW(ClickWalk(ClickGraph({}, {}), {}), InputError);
  const ClickGraph no_entry({{1, 10, 5}, {2, 20, 5}}, {{1, 2, 5}});
  EXPECT_THROW(ClickWalk(no_entry, {}), InputError);
  const ClickGraph no_step({{1, 10, 5}, {2, 20, 5}}, {{0, 2, 5}, {1, 2, 3}});
  EXPECT_THROW(ClickWalk(no_step, {}), InputError);
  const ClickGraph short_walks({{1, 10, 5}, {2, 20, 5}}, {{0, 1, 5}, {1, 2, 5}});
  const ClickWalk walk(short_walks, {.min_length = 3});
  std::vector<Qid> qids;
  EXPECT_THROW(walk.session(0, qids), InputError);
  EXPECT_THROW(ClickWalk(short_walks, {.min_length = 4, .max_length = 3}), UsageError);
  EXPECT_THROW(ClickWalk(short_walks, {.stop_probability = 1.0}), UsageError);
}

}  // namespace
}  // namespace linktrail
