#include "index/leaf_knn.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <vector>

#include "index/distance.h"
#include "index/exact_search.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

std::vector<const LeafKernels*> kernels_of_this_machine() {
  std::vector<const LeafKernels*> all{&kLeafKernelsPlain};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&kLeafKernelsAvx2);
  if (__builtin_cpu_supports("avx512f")) all.push_back(&kLeafKernelsAvx512);
#endif
  return all;
}

float no_limit(std::size_t /*row*/) { return std::numeric_limits<float>::infinity(); }

std::vector<float> all_scores(MatrixView rows, const LeafKernels& kernels) {
  PackedRows packed(kernels);
  packed.pack(rows);
  std::vector<float> scores;
  packed.for_each_row_of_scores(rows, [&](std::size_t, std::span<const float> row) {
    scores.insert(scores.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(rows.rows));
    for (std::size_t j = rows.rows; j < row.size(); ++j) EXPECT_LT(row[j], -1e30F);
  });
  return scores;
}

TEST(LeafKernels, MultiplyEveryPairTheSameBothWaysAndOnEveryMachine) {
  for (const std::size_t dim : {1U, 7U, 50U, 64U}) {
    const Matrix points = make_clustered_points({.count = 83, .dim = dim, .clusters = 5});
    const std::vector<float> plain = all_scores(points, kLeafKernelsPlain);
    for (const LeafKernels* kernels : kernels_of_this_machine()) EXPECT_EQ(all_scores(points, *kernels), plain);
    for (std::size_t i = 0; i < points.rows(); ++i)
      for (std::size_t j = 0; j < points.rows(); ++j) {
        EXPECT_NEAR(plain[i * 83 + j], dot_plain(points.row_data(i), points.row_data(j), points.stride()), 1e-5);
        EXPECT_EQ(plain[i * 83 + j], plain[j * 83 + i]);
      }
  }
}

// Sizes around the pads of panels and score rows.
TEST(LeafKnn, FindsWhatExactSearchFinds) {
  for (const std::size_t count : {2U, 5U, 63U, 64U, 65U, 400U}) {
    const Matrix points = make_clustered_points({.count = count, .dim = 24, .clusters = 7});
    const std::size_t k = 20;
    const auto truth = exact_top_k(points, 0, points, k + 1);
    for (const LeafKernels* kernels : kernels_of_this_machine()) {
      LeafKnn knn(k, *kernels);
      std::size_t rows = 0;
      knn.run(points, no_limit, [&](std::size_t row, std::span<const Neighbor> found) {
        EXPECT_EQ(row, rows++);
        ASSERT_EQ(found.size(), std::min(k, count - 1));
        EXPECT_TRUE(std::ranges::is_sorted(found));
        for (std::size_t i = 0; i < found.size(); ++i) {
          EXPECT_NE(found[i].id, row);
          EXPECT_NEAR(found[i].distance, truth[row * (k + 1) + i + 1].distance, 1e-5);
        }
      });
      EXPECT_EQ(rows, count);
      EXPECT_EQ(knn.distances(), count * count);
    }
  }
}

TEST(LeafKnn, LeavesOutNoneWithinTheLimit) {
  const Matrix points = make_clustered_points({.count = 300, .dim = 24, .clusters = 7});
  for (const LeafKernels* kernels : kernels_of_this_machine()) {
    LeafKnn knn(40, *kernels);
    std::vector<std::vector<Neighbor>> all;
    knn.run(points, no_limit,
            [&](std::size_t, std::span<const Neighbor> found) { all.emplace_back(found.begin(), found.end()); });
    std::size_t less = 0;
    knn.run(
        points, [&](std::size_t row) { return all[row][row % 40].distance; },
        [&](std::size_t row, std::span<const Neighbor> found) {
          ASSERT_GT(found.size(), row % 40);
          EXPECT_TRUE(std::equal(found.begin(), found.end(), all[row].begin()));
          less += all[row].size() - found.size();
        });
    EXPECT_GT(less, 300U * 10);
  }
}

// More of them than are put in order by counting.
TEST(LeafKnn, OrdersManyEqualDistances) {
  Matrix points(1000, 3);
  for (std::size_t i = 0; i < points.rows(); ++i) points.row(i)[i % 3 == 0 ? 0 : 1] = 1;
  for (const LeafKernels* kernels : kernels_of_this_machine())
    LeafKnn(30, *kernels).run(points, no_limit, [](std::size_t row, std::span<const Neighbor> found) {
      ASSERT_EQ(found.size(), 30U);
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].distance, 0.0F);
        EXPECT_EQ(found[i].id % 3 == 0, row % 3 == 0);
        if (i > 0) {
          EXPECT_LT(found[i - 1].id, found[i].id);
        }
      }
    });
}

TEST(LeafKnn, GivesTiesToTheLowerRowAndNothingToARowAlone) {
  Matrix points(40, 4);
  for (std::size_t i = 0; i < points.rows(); ++i) points.row(i)[i % 2] = 1;
  LeafKnn knn(5);
  knn.run(points, no_limit, [](std::size_t row, std::span<const Neighbor> found) {
    std::vector<NodeId> expected;
    for (NodeId id = row % 2; expected.size() < 5; id += 2)
      if (id != row) expected.push_back(id);
    std::vector<NodeId> ids;
    for (const Neighbor& neighbor : found) ids.push_back(neighbor.id);
    EXPECT_EQ(ids, expected) << "row " << row;
  });
  LeafKnn(5).run(Matrix(1, 4), no_limit,
                 [](std::size_t, std::span<const Neighbor> found) { EXPECT_TRUE(found.empty()); });
}

}  // namespace
}  // namespace linktrail
