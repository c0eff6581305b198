// The steps that build_level() of the distributed layer is made of, each by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "index/cell_params.h"
#include "index/exact_search.h"
#include "index/incoming_links.h"
#include "index/neighbor_table.h"
#include "index/refine_region.h"
#include "index/sub_index.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

std::vector<Neighbor> row_of(const NeighborTable& table, std::size_t row) {
  return {table[row].begin(), table[row].end()};
}

TEST(NeighborTable, MergesToTheSameInAnyOrder) {
  const std::vector<Neighbor> a{{0.1F, 4}, {0.3F, 1}, {0.3F, 2}};
  const std::vector<Neighbor> b{{0.1F, 4}, {0.2F, 9}, {0.5F, 3}};
  NeighborTable table(2, 4);
  table.merge(0, a);
  table.merge(0, b);
  table.merge(1, b);
  table.merge(1, a);
  EXPECT_EQ(row_of(table, 0), (std::vector<Neighbor>{{0.1F, 4}, {0.2F, 9}, {0.3F, 1}, {0.3F, 2}}));
  EXPECT_EQ(row_of(table, 1), row_of(table, 0));
}

TEST(IncomingLinks, AreSortedByTargetAndCutToTheNearest) {
  const std::vector<ReverseLink> links{{12, 1, 0.5F}, {10, 2, 0.3F}, {12, 3, 0.1F}, {12, 4, 0.5F}, {10, 9, 0.3F}};
  const IncomingLinks incoming(links, 10, 4, 2);
  const auto list = [&](std::size_t row) { return std::vector<Neighbor>(incoming[row].begin(), incoming[row].end()); };
  EXPECT_EQ(list(0), (std::vector<Neighbor>{{0.3F, 2}, {0.3F, 9}}));
  EXPECT_TRUE(list(1).empty());
  EXPECT_EQ(list(2), (std::vector<Neighbor>{{0.1F, 3}, {0.5F, 1}}));
  EXPECT_TRUE(list(3).empty());
}

TEST(SplitLeaf, CoversEveryRowInPartsThatAreSmallEnough) {
  const Matrix spread = make_clustered_points({.count = 1000, .dim = 8, .clusters = 6});
  const Matrix equal(1000, 8);
  for (const Matrix* rows : {&spread, &equal}) {
    std::set<std::uint32_t> seen;
    for (const auto& part : split_leaf(*rows, 150)) {
      EXPECT_LE(part.size(), 150U);
      EXPECT_TRUE(std::ranges::is_sorted(part));
      seen.insert(part.begin(), part.end());
    }
    EXPECT_EQ(seen.size(), 1000U);
  }
}

// One leaf of all rows: the leaf engine is exact, hnswlib nearly so.
TEST(SubIndex, BothEnginesFindTheNeighboursOfACell) {
  const Matrix points = make_clustered_points({.count = 300, .dim = 16, .clusters = 5});
  std::vector<NodeId> ids(300);
  std::vector<std::uint32_t> members(300);
  for (std::uint32_t i = 0; i < 300; ++i) {
    ids[i] = 1000 + 2 * i;
    members[i] = i;
  }
  const std::size_t leaf_begin[] = {0, 300};
  const auto truth = exact_top_k(points, 0, points, 6);
  for (const SubIndexEngine engine : {SubIndexEngine::kLeaf, SubIndexEngine::kHnswlib}) {
    const auto sub_index = make_sub_index(
        {.engine = engine, .leaf = sized({}, 300).leaf, .neighbors = 16, .hnsw = {.m = 8, .ef_construction = 60}});
    std::size_t told = 0;
    std::size_t nearest = 0;
    const auto no_limit = [](std::size_t) { return std::numeric_limits<float>::infinity(); };
    sub_index->find_neighbors({ids, points, leaf_begin, members}, no_limit,
                              [&](std::size_t row, std::span<const Neighbor> found) {
                                ++told;
                                EXPECT_TRUE(std::ranges::is_sorted(found));
                                ASSERT_FALSE(found.empty());
                                nearest += found.front().id == 1000 + 2 * truth[row * 6 + 1].id;
                              });
    EXPECT_EQ(told, 300U);
    EXPECT_GE(nearest, engine == SubIndexEngine::kLeaf ? 300U : 290U);
    EXPECT_GT(sub_index->distances(), 0U);
  }
}

// Points on a line, each linked to the next on both sides; members 10..19 of a longer line, 9 and 20 their ghosts.
TEST(RefineRegion, FindsNeighboursOfNeighboursWithinTheRegion) {
  const auto at = [](float x) { return std::pair(std::cos(x), std::sin(x)); };
  std::vector<NodeId> nodes;
  for (NodeId id = 10; id < 20; ++id) nodes.push_back(id);
  const std::vector<NodeId> ghosts{9, 20};
  nodes.insert(nodes.end(), ghosts.begin(), ghosts.end());
  Matrix rows(nodes.size(), 2);
  std::vector<NodeId> links;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::tie(rows.row(i)[0], rows.row(i)[1]) = at(0.05F * static_cast<float>(nodes[i]));
    links.insert(links.end(), {nodes[i] - 1, nodes[i] + 1});
  }
  const std::vector<std::uint32_t> counts(nodes.size(), 2);
  RefineRegion region(10, 10, ghosts, std::move(rows), links, counts, 2);
  const auto ids = [](std::span<const Neighbor> found) {
    std::set<NodeId> result;
    for (const Neighbor& neighbor : found) result.insert(neighbor.id);
    return result;
  };
  const auto distance = [](int steps) { return 1.0F - std::cos(0.05F * static_cast<float>(steps)); };
  const std::vector<Neighbor> known{{distance(1), 10}, {distance(1), 12}};
  EXPECT_EQ(ids(region.search(1, known, 4, 8)), (std::set<NodeId>{9, 13, 14}));  // not 8, which is outside
  EXPECT_EQ(ids(region.search(1, known, 4, 1)).size(), 1U);
  EXPECT_EQ(region.distances(), 6U);
}

}  // namespace
}  // namespace linktrail
