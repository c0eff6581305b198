#include "index/leaf_partition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "index/cell_plan.h"
#include "index/kmeans.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

constexpr LeafParams kSmall{.leaf_rows = 100, .overlap = 3, .cell_rows = 400, .sample_rows = 20};

Matrix first_rows(const Matrix& rows, std::size_t count) {
  Matrix result(count, rows.dim());
  for (std::size_t i = 0; i < count; ++i) std::ranges::copy(rows.row(i), result.row_data(i));
  return result;
}

TEST(Kmeans, FindsCentresOfSeparateClusters) {
  const Matrix points = make_clustered_points({.count = 600, .dim = 16, .clusters = 4, .spread = 0.05F});
  const Matrix centers = kmeans(points, 24, 6);
  const auto nearest = NearestCenters(centers).find(points, 1);
  for (std::size_t i = 0; i < points.rows(); ++i) {
    float square = 0;
    for (std::size_t d = 0; d < 16; ++d) {
      const float difference = points.row(i)[d] - centers.row(nearest[i])[d];
      square += difference * difference;
    }
    EXPECT_LT(square, 0.2F);
  }
}

TEST(NearestCenters, OrdersByEuclideanDistanceAlsoForCentresOfOtherLengths) {
  Matrix centers(3, 1);
  centers.row(0)[0] = 10;
  centers.row(1)[0] = 1;
  centers.row(2)[0] = 0.8F;
  Matrix row(1, 1);
  row.row(0)[0] = 0.7F;
  EXPECT_EQ(NearestCenters(centers).find(row, 3), (std::vector<std::uint32_t>{2, 1, 0}));
}

TEST(GreedyTour, VisitsEveryCentreAndGoesOnToTheNearest) {
  Matrix centers(5, 1);
  const float places[] = {0, 4, 1, 3, 2};
  for (std::size_t i = 0; i < 5; ++i) centers.row(i)[0] = places[i];
  const float start[] = {5};
  EXPECT_EQ(greedy_tour(centers, start), (std::vector<std::uint32_t>{1, 3, 4, 2, 0}));
}

TEST(LeafPartition, GivesEveryRowItsNearestLeavesOfTheSizeAskedFor) {
  const Matrix points = make_clustered_points({.count = 4000, .dim = 16, .clusters = 40});
  const Matrix sample = first_rows(points, sample_size(4000, kSmall));
  const LeafPartition partition(sample, 4000, kSmall);
  const auto leaves = partition.assign(points);

  EXPECT_NEAR(static_cast<double>(partition.leaves()), 120, 15);
  EXPECT_EQ(partition.cells(), 10U);
  ASSERT_EQ(leaves.size(), 3 * points.rows());
  std::vector<std::size_t> sizes(partition.leaves(), 0);
  for (std::size_t i = 0; i < points.rows(); ++i) {
    std::set<LeafId> own(leaves.begin() + 3 * static_cast<std::ptrdiff_t>(i),
                         leaves.begin() + 3 * static_cast<std::ptrdiff_t>(i + 1));
    EXPECT_EQ(own.size(), 3U);
    for (const LeafId leaf : own) ++sizes.at(leaf);
  }
  EXPECT_LT(*std::ranges::max_element(sizes), 500U);
}

TEST(LeafPartition, DoesNotDependOnWhatItIsAskedTogetherWith) {
  const Matrix points = make_clustered_points({.count = 900, .dim = 12, .clusters = 10});
  const LeafPartition partition(first_rows(points, 500), 2000, kSmall);
  const auto together = partition.assign(points);
  for (std::size_t i = 0; i < points.rows(); i += 97) {
    Matrix alone(1, 12);
    std::ranges::copy(points.row(i), alone.row_data(0));
    const auto leaves = partition.assign(alone);
    EXPECT_TRUE(std::equal(leaves.begin(), leaves.end(), together.begin() + 3 * static_cast<std::ptrdiff_t>(i)));
  }
}

TEST(LeafPartition, OfFewRowsIsOneLeaf) {
  const Matrix points = make_clustered_points({.count = 50, .dim = 8});
  const LeafPartition partition(points, 50, kSmall);
  EXPECT_EQ(partition.leaves(), 1U);
  EXPECT_EQ(partition.overlap(), 1U);
  EXPECT_EQ(partition.assign(points), std::vector<LeafId>(50, 0));
  EXPECT_TRUE(LeafPartition(Matrix(0, 8), 0, kSmall).assign(Matrix(0, 8)).empty());
}

TEST(LeafPartition, TakesEqualSamples) {
  const Matrix zeros(500, 8);
  const LeafPartition partition(zeros, 5000, kSmall);
  const auto leaves = partition.assign(zeros);
  for (const LeafId leaf : leaves) EXPECT_LT(leaf, partition.leaves());
}

TEST(LeafParams, ThatMakeNoPartitionAreRefused) {
  EXPECT_THROW(check(LeafParams{.leaf_rows = 10, .overlap = 4, .cell_rows = 8000}), UsageError);
  EXPECT_THROW(check(LeafParams{.leaf_rows = 1000, .overlap = 0, .cell_rows = 8000}), UsageError);
  EXPECT_THROW(check(LeafParams{.leaf_rows = 1000, .overlap = 17, .cell_rows = 8000}), UsageError);
  EXPECT_THROW(check(LeafParams{.leaf_rows = 1000, .overlap = 4, .cell_rows = 249}), UsageError);
  EXPECT_NO_THROW(check(LeafParams{.leaf_rows = 1000, .overlap = 4, .cell_rows = 250}));
}

TEST(PackCells, MakesTheHeaviestRankAsLightAsItCanBe) {
  const std::vector<std::uint64_t> work{5, 1, 1, 1, 1, 1, 5, 5};
  EXPECT_EQ(pack_cells(work, 1), (std::vector<std::uint32_t>{0, 8}));
  EXPECT_EQ(pack_cells(work, 2), (std::vector<std::uint32_t>{0, 6, 8}));
  EXPECT_DOUBLE_EQ(imbalance(work, pack_cells(work, 2)), 1.0);
  EXPECT_EQ(pack_cells(work, 4), (std::vector<std::uint32_t>{0, 1, 6, 7, 8}));
  EXPECT_EQ(pack_cells({}, 3), (std::vector<std::uint32_t>{0, 0, 0, 0}));
  EXPECT_EQ(pack_cells(std::vector<std::uint64_t>{7}, 3), (std::vector<std::uint32_t>{0, 1, 1, 1}));
  EXPECT_DOUBLE_EQ(imbalance(std::vector<std::uint64_t>{7}, std::vector<std::uint32_t>{0, 1, 1, 1}), 3.0);
}

}  // namespace
}  // namespace linktrail
