#include "simulate/walk.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

// 0 -> 1, 2; 1 -> 2; 2 -> 3 (a dead end); 4 -> 0; every node numbered as its QID.
LinkGraph small_graph() { return make_link_graph({}, {{0, 1}, {0, 2}, {1, 2}, {2, 3}, {4, 0}}); }

bool links_to(const LinkGraph& graph, LocalId from, LocalId to) {
  const auto links = graph.outlinks[from];
  return std::find(links.begin(), links.end(), to) != links.end();
}

std::vector<LocalId> session_of(const LinkWalk& walk, std::uint64_t number) {
  std::vector<LocalId> nodes;
  walk.session(number, nodes);
  return nodes;
}

TEST(LinkWalk, WithoutGoingBackFollowsLinks) {
  LinkGraph ring = make_link_graph({}, {{0, 1}, {1, 2}, {2, 0}, {1, 0}});
  const LinkWalk walk(ring, {.back_probability = 0});

  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto nodes = session_of(walk, i);
    for (std::size_t j = 1; j < nodes.size(); ++j) EXPECT_TRUE(links_to(ring, nodes[j - 1], nodes[j]));
  }
}

TEST(LinkWalk, EveryPageIsALinkOfAnEarlierOne) {
  const LinkGraph graph = small_graph();
  const LinkWalk walk(graph, {.back_probability = 0.5, .stop_probability = 0.05});
  bool went_back = false;

  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto nodes = session_of(walk, i);
    ASSERT_GE(nodes.size(), 2U);
    ASSERT_LE(nodes.size(), 30U);
    EXPECT_NE(nodes.front(), 3U) << "a walk cannot start at a dead end";
    for (std::size_t j = 1; j < nodes.size(); ++j) {
      EXPECT_NE(nodes[j], nodes[j - 1]);
      EXPECT_TRUE(std::any_of(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(j),
                              [&](LocalId earlier) { return links_to(graph, earlier, nodes[j]); }));
      went_back |= !links_to(graph, nodes[j - 1], nodes[j]);
    }
  }
  EXPECT_TRUE(went_back);
}

TEST(LinkWalk, IsTheSameForEachRecord) {
  const LinkGraph graph = small_graph();
  const LinkWalk a(graph, {.seed = 3}), b(graph, {.seed = 3, .sessions = 7}), other(graph, {.seed = 4});
  int different = 0;

  for (std::uint64_t i = 100; i-- > 0;) {
    EXPECT_EQ(session_of(a, i), session_of(b, i));
    different += session_of(a, i) != session_of(other, i) ? 1 : 0;
  }
  EXPECT_GT(different, 20);
}

TEST(LinkWalk, StartsAtPopularArticlesMoreOften) {
  std::vector<LinkEdge> edges{{0, 1}, {1, 0}};
  for (Qid q = 2; q < 100; ++q) edges.push_back({q, 0});
  const LinkGraph graph = make_link_graph({}, edges);
  const LinkWalk steep(graph, {.popularity_exponent = 1.0}), flat(graph, {.popularity_exponent = 0});
  int steep_starts = 0, flat_starts = 0;

  for (std::uint64_t i = 0; i < 2000; ++i) {
    steep_starts += session_of(steep, i).front() == 0 ? 1 : 0;
    flat_starts += session_of(flat, i).front() == 0 ? 1 : 0;
  }

  EXPECT_NEAR(steep_starts, 2000.0 * 100 / 200, 120);
  EXPECT_NEAR(flat_starts, 20, 20);
}

TEST(LinkWalk, StopsAtTheLongestLength) {
  const LinkGraph ring = make_link_graph({}, {{0, 1}, {1, 2}, {2, 0}});
  const LinkWalk walk(ring, {.back_probability = 0, .stop_probability = 0, .max_length = 9});

  EXPECT_EQ(session_of(walk, 1).size(), 9U);
}

TEST(LinkWalk, RefusesWhatCannotBeWalked) {
  const LinkGraph graph = small_graph(), without_links = make_link_graph({1, 2}, {});

  EXPECT_THROW(LinkWalk(without_links, {}), InputError);
  EXPECT_THROW(LinkWalk(graph, {.stop_probability = -1}), UsageError);
  EXPECT_THROW(LinkWalk(graph, {.max_length = 1}), UsageError);
}

TEST(WriteWalks, WritesQids) {
  const test::TempDir dir;
  const LinkGraph pair = make_link_graph({}, {{70, 90}, {90, 70}});
  FlatCounts counts;

  write_walks(pair, {.sessions = 3, .stop_probability = 1}, dir.file("s"), counts);

  EXPECT_EQ(counts.sessions, 3U);
  EXPECT_EQ(counts.session_tokens, 6U);
  for (const std::string& line : test::lines_of(test::input_file(dir.file("s"))))
    EXPECT_TRUE(line == "Q70 Q90" || line == "Q90 Q70") << line;
}

}  // namespace
}  // namespace linktrail
