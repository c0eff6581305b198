#include "index/duplicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/sharded_build.h"
#include "unit/index/clustered_points.h"
#include "unit/index/graph_checks.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

TEST(FindDuplicates, RepresentsAGroupByItsSmallestLabel) {
  Matrix rows(5, 1);
  for (const std::size_t same : {0, 2, 4}) rows.row(same)[0] = 1;
  rows.row(1)[0] = -1;
  const std::vector<Qid> labels{50, 40, 30, 20, 10};

  const DistinctRows found = find_duplicates(rows, labels);

  EXPECT_EQ(found.distinct, 3U);
  EXPECT_THAT(found.order, ElementsAre(4, 3, 1, 2, 0));
  EXPECT_THAT(found.representative, ElementsAre(0, 0));
  EXPECT_THAT(slots_for_copies(found, 16), ElementsAre(2, 0, 0));
}

// Clustered points, the last `copies` of which equal row 0, and the last `zeros` of those zero.
Matrix with_duplicates(std::size_t distinct, std::size_t copies, std::size_t zeros) {
  const Matrix points = make_clustered_points({.count = distinct, .dim = 24, .clusters = 20});
  Matrix rows(distinct + copies + zeros, 24);
  for (std::size_t i = 0; i < distinct + copies; ++i)
    std::ranges::copy(points.row(i < distinct ? i : 0), rows.row_data(i));
  return rows;
}

TEST(Duplicates, ThousandsOfEqualAndZeroVectorsAreReachedAndSpoilNothing) {
  const Matrix rows = with_duplicates(2000, 3000, 300);
  const Matrix clean = with_duplicates(2000, 0, 0);
  for (const std::uint32_t shards : {1U, 3U}) {
    ShardedBuildReport report;
    const HnswGraph graph = build_sharded(rows, labels_from_1000(rows.rows()), {}, shards, {}, report);

    EXPECT_NO_THROW(validate(graph));
    EXPECT_EQ(report.distinct, 2001U);
    EXPECT_EQ(report.connectivity.unreachable_after, 0U);
    EXPECT_EQ(check_connectivity(graph).unreachable_before, 0U);

    const Matrix queries = every_7th_row(clean);
    const auto truth = exact_top_k(rows, 0, queries, 10);
    GraphSearch search(graph);
    double recall = 0;
    for (std::size_t q = 0; q < queries.rows(); ++q)
      recall += recall_at(search.search(queries.row_data(q), 100), std::span(truth).subspan(q * 10, 10), 10);
    EXPECT_GT(recall / static_cast<double>(queries.rows()), 0.99) << shards << " shards";
  }
}

TEST(Duplicates, ASearchAtAGroupReturnsAsManyCopiesAsAskedFor) {
  const Matrix rows = with_duplicates(500, 400, 0);
  ShardedBuildReport report;
  const HnswGraph graph = build_sharded(rows, labels_from_1000(rows.rows()), {}, 2, {}, report);
  GraphSearch search(graph);

  const auto found = search.search(rows.row_data(0), 100);

  ASSERT_EQ(found.size(), 100U);
  for (const Neighbor& neighbor : found) EXPECT_NEAR(neighbor.distance, 0, 1e-6);
}

TEST(Duplicates, NearlyEqualVectorsAreReachedToo) {
  Matrix rows = with_duplicates(1000, 1000, 0);
  for (std::size_t i = 1000; i < rows.rows(); ++i) rows.row(i)[i % 24] += 1e-7F * static_cast<float>(i % 7);
  ShardedBuildReport report;

  const HnswGraph graph = build_sharded(rows, labels_from_1000(rows.rows()), {}, 2, {}, report);

  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  EXPECT_GT(mean_recall(graph, rows, 100), 0.98);
}

}  // namespace
}  // namespace linktrail
