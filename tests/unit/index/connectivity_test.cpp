#include "index/connectivity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "unit/index/circle_points.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

// A graph of m = 4 whose nodes have no links yet; node 0 is the entry point, at level 0.
HnswGraph bare_graph(std::size_t nodes) {
  HnswGraph graph;
  graph.params.m = 4;
  graph.vectors = make_clustered_points({.count = nodes, .dim = 8, .clusters = 3});
  graph.labels = labels_from_1000(nodes);
  graph.levels.assign(nodes, 0);
  graph.links0 = NeighborLists(nodes, 8);
  allocate_upper(graph);
  graph.max_level = 0;
  return graph;
}

bool linked(const HnswGraph& graph, NodeId from, NodeId to) {
  return std::ranges::find(graph.links0[from], to) != graph.links0[from].end();
}

TEST(CheckConnectivity, CountsUnreachableNodesAndDegrees) {
  HnswGraph graph = bare_graph(4);
  graph.links0.assign(0, std::vector<NodeId>{1});
  graph.links0.assign(2, std::vector<NodeId>{1, 3});
  graph.links0.assign(3, std::vector<NodeId>{1});

  const ConnectivityReport report = check_connectivity(graph);

  EXPECT_EQ(report.unreachable_before, 2U);
  EXPECT_EQ(report.zero_in_degree, 2U);
  EXPECT_EQ(report.in_degree_histogram, (std::vector<std::uint64_t>{2, 1, 1}));
  EXPECT_DOUBLE_EQ(report.mean_degree, 1.0);
}

TEST(RepairConnectivity, LinksANodeFromTheNeighbourItKnows) {
  HnswGraph graph = bare_graph(3);
  graph.links0.assign(0, std::vector<NodeId>{1});
  graph.links0.assign(2, std::vector<NodeId>{1});

  const ConnectivityReport report = repair_connectivity(graph);

  EXPECT_EQ(report.unreachable_before, 1U);
  EXPECT_EQ(report.unreachable_after, 0U);
  EXPECT_EQ(report.repaired, 1U);
  EXPECT_TRUE(linked(graph, 1, 2));
}

TEST(RepairConnectivity, ReachesAnIslandByItsNearestReachedNode) {
  HnswGraph graph = bare_graph(4);
  for (const NodeId same : {1U, 2U}) std::ranges::copy(graph.vectors.row(same), graph.vectors.row_data(same + 1));
  graph.links0.assign(0, std::vector<NodeId>{1});
  graph.links0.assign(2, std::vector<NodeId>{3});
  graph.links0.assign(3, std::vector<NodeId>{2});

  const ConnectivityReport report = repair_connectivity(graph);

  EXPECT_EQ(report.unreachable_after, 0U);
  EXPECT_EQ(report.repaired, 1U);
  EXPECT_TRUE(linked(graph, 1, 2) || linked(graph, 1, 3));
}

TEST(RepairConnectivity, WhereListsAreFullReplacesALinkThatNobodyNeeds) {
  HnswGraph graph = bare_graph(10);
  // Nodes 0 to 8 all know each other: every list is full. Node 9 knows only node 5.
  for (NodeId node = 0; node < 9; ++node)
    for (NodeId other = 0; other < 9; ++other)
      if (other != node) graph.links0.push_back(node, other);
  graph.links0.push_back(9, 5);

  const ConnectivityReport report = repair_connectivity(graph);

  EXPECT_EQ(report.unreachable_before, 1U);
  EXPECT_EQ(report.unreachable_after, 0U);
  EXPECT_TRUE(linked(graph, 5, 9));
  EXPECT_NO_THROW(validate(graph));
}

TEST(RepairConnectivity, OfAGraphWithoutAnyLinkReachesAll) {
  HnswGraph graph = bare_graph(100);

  const ConnectivityReport report = repair_connectivity(graph);

  EXPECT_EQ(report.unreachable_before, 99U);
  EXPECT_EQ(report.unreachable_after, 0U);
  EXPECT_NO_THROW(validate(graph));
}

TEST(RepairConnectivity, RepairsUpperLevelsFromTheLevelAbove) {
  HnswGraph graph = bare_graph(4);
  graph.levels = {2, 1, 1, 0};
  allocate_upper(graph);
  graph.max_level = 2;
  graph.links0.assign(0, std::vector<NodeId>{1, 2, 3});

  const ConnectivityReport report = repair_connectivity(graph);

  EXPECT_EQ(report.unreachable_before, 0U);
  EXPECT_EQ(report.repaired, 2U);
  EXPECT_EQ(graph.links(0, 1).size() + graph.links(1, 1).size() + graph.links(2, 1).size(), 2U);
  EXPECT_NO_THROW(validate(graph));
}

TEST(RepairConnectivity, LetsALevelBeEnteredFromEveryNodeOfTheLevelAbove) {
  HnswGraph graph = bare_graph(4);
  graph.levels = {2, 2, 1, 0};
  allocate_upper(graph);
  graph.max_level = 2;
  graph.links0.assign(0, std::vector<NodeId>{1, 2, 3});
  graph.upper.push_back(graph.upper_begin[0] + 1, 1);  // level 2: from 0 to 1
  graph.upper.push_back(graph.upper_begin[1], 2);      // level 1: from 1 to 2, and nothing from 0

  EXPECT_EQ(repair_connectivity(graph).repaired, 0U);
}

TEST(NearestMarked, PassesOverRowsThatAreNotMarked) {
  const Matrix rows = on_circle({0, 10, 20, 40}), query = on_circle({9});

  const auto nearest = nearest_marked(rows, 100, std::vector<std::uint8_t>{1, 0, 0, 1}, query, 3);

  EXPECT_EQ(nearest[0].id, 100U);
  EXPECT_EQ(nearest[1].id, 103U);
  EXPECT_TRUE(std::isinf(nearest[2].distance));
}

TEST(RepairConnectivity, OfASoundOrEmptyGraphChangesNothing) {
  HnswGraph sound = bare_graph(2);
  sound.links0.assign(0, std::vector<NodeId>{1});
  HnswGraph empty = bare_graph(0);
  empty.max_level = -1;

  EXPECT_EQ(repair_connectivity(sound).repaired, 0U);
  EXPECT_EQ(repair_connectivity(empty).repaired, 0U);
}

}  // namespace
}  // namespace linktrail
