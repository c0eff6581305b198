#include "index/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "index/hnswlib_adapter.h"
#include "index/sharded_build.h"
#include "unit/index/clustered_points.h"
#include "unit/index/graph_checks.h"

namespace linktrail {
namespace {

constexpr HnswParams kParams{.m = 12, .ef_construction = 100, .seed = 5};

TEST(MergeShards, RecallIsNoLowerThanThatOfOneStockBuild) {
  const Matrix points = make_clustered_points({.count = 5000, .dim = 32, .clusters = 60});
  const auto labels = labels_from_1000(points.rows());
  const double single =
      mean_recall(build_sharded(points, labels, kParams, 1, {}, *std::make_unique<ShardedBuildReport>()), points, 40);
  ASSERT_GT(single, 0.95);
  for (const std::uint32_t shards : {2U, 3U, 4U}) {
    ShardedBuildReport report;
    const HnswGraph graph = build_sharded(points, labels, kParams, shards, {}, report);

    EXPECT_NO_THROW(validate(graph));
    EXPECT_EQ(report.connectivity.unreachable_after, 0U);
    EXPECT_GT(report.merge.merge_distances, 0U);
    // Rows moved; truth must be taken over the graph's own rows.
    EXPECT_GE(mean_recall(graph, graph.vectors, 40), single - 0.005) << shards << " shards";
  }
}

TEST(MergeShards, OfOneShardIsTheStockBuild) {
  const Matrix points = make_clustered_points({.count = 300, .dim = 8});
  const auto labels = labels_from_1000(points.rows());
  ShardedBuildReport report;

  const HnswGraph graph = build_sharded(points, labels, kParams, 1, {}, report);
  const HnswGraph stock = build_with_hnswlib(points, labels, kParams);

  for (std::size_t i = 0; i < stock.size(); ++i)
    EXPECT_THAT(stock.links0[i], ::testing::ElementsAreArray(graph.links0[i].begin(), graph.links0[i].end()));
}

TEST(MergeShards, KeepsLabelsLevelsAndVectorsTogether) {
  const Matrix points = make_clustered_points({.count = 900, .dim = 16});
  ShardedBuildReport report;

  const HnswGraph graph = build_sharded(points, labels_from_1000(points.rows()), kParams, 3, {}, report);

  for (std::size_t i = 0; i < graph.size(); ++i) {
    const auto row = static_cast<std::size_t>(graph.labels[i] - 1000);
    EXPECT_THAT(graph.vectors.row(i), ::testing::ElementsAreArray(points.row(row).begin(), points.row(row).end()));
    EXPECT_EQ(graph.levels[i], level_of(graph.labels[i], kParams));
  }
}

TEST(MergeShards, FewerPointsThanShardsStillGiveOneGraph) {
  for (std::size_t count = 0; count <= 3; ++count) {
    const Matrix points = make_clustered_points({.count = count, .dim = 6});
    ShardedBuildReport report;

    const HnswGraph graph = build_sharded(points, labels_from_1000(count), kParams, 4, {}, report);

    EXPECT_NO_THROW(validate(graph));
    EXPECT_EQ(report.connectivity.unreachable_after, 0U);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_EQ(GraphSearch(graph).search(graph.vectors.row_data(i), 10).size(), count);
  }
}

TEST(CandidateTable, KeepsTheNearestSorted) {
  NeighborTable table(1, 2);
  for (const Neighbor& neighbor : {Neighbor{0.5F, 1}, Neighbor{0.2F, 2}, Neighbor{0.9F, 3}, Neighbor{0.3F, 4}})
    table.insert(0, neighbor);

  EXPECT_THAT(table[0], ::testing::ElementsAre(Neighbor{0.2F, 2}, Neighbor{0.3F, 4}));
  EXPECT_THAT(ids_in(table, 0, 1), ::testing::ElementsAre(2, 4));
}

TEST(SortIncoming, BoundsTheLinksOfAHub) {
  std::vector<ReverseLink> links;
  for (NodeId source = 0; source < 500; ++source)
    links.push_back({7, source, 1.0F - 0.001F * static_cast<float>(source)});
  links.push_back({3, 9, 0.5F});

  sort_incoming(links, {.m = 4});

  ASSERT_EQ(links.size(), 33U);
  EXPECT_EQ(links[0].target, 3U);
  EXPECT_EQ(links[1].source, 499U);
}

}  // namespace
}  // namespace linktrail
