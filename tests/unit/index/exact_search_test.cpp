#include "index/exact_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

std::vector<double> sorted_distances(const Matrix& base, std::span<const float> query) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < base.rows(); ++i)
    distances.push_back(1.0 - std::inner_product(query.begin(), query.end(), base.row(i).begin(), 0.0));
  std::ranges::sort(distances);
  return distances;
}

TEST(ExactTopK, FindsWhatSortingAllDistancesFinds) {
  const Matrix base = make_clustered_points({.count = 5000, .dim = 19});  // more than one tile, and an odd dim
  const Matrix queries = make_clustered_points({.count = 300, .dim = 19, .seed = 2});

  const auto found = exact_top_k(base, 100, queries, 7);

  ASSERT_EQ(found.size(), 300U * 7);
  for (std::size_t q = 0; q < queries.rows(); q += 37) {
    const auto expected = sorted_distances(base, queries.row(q));
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_NEAR(found[q * 7 + i].distance, expected[i], 1e-5);
      EXPECT_GE(found[q * 7 + i].id, 100U);
      EXPECT_LT(found[q * 7 + i].id, 5100U);
    }
  }
}

TEST(ExactTopK, PadsWhatIsMissing) {
  const Matrix base = make_clustered_points({.count = 2, .dim = 4});

  const auto found = exact_top_k(base, 0, base, 3);

  EXPECT_TRUE(std::isinf(found[2].distance));
  EXPECT_EQ(found[2].id, std::numeric_limits<NodeId>::max());
}

TEST(MergeTopK, OfPartsEqualsOneSearch) {
  const Matrix base = make_clustered_points({.count = 400, .dim = 16});
  const Matrix queries = make_clustered_points({.count = 9, .dim = 16, .seed = 2});
  const MatrixView all = base;
  const MatrixView low{all.data, 150, all.dim, all.stride};
  const MatrixView high{all.row_data(150), 250, all.dim, all.stride};
  auto parts = exact_top_k(low, 0, queries, 5);
  const auto second = exact_top_k(high, 150, queries, 5);
  parts.insert(parts.end(), second.begin(), second.end());

  const auto merged = merge_top_k(parts, 9, 5);
  const auto whole = exact_top_k(base, 0, queries, 5);

  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(merged[i].id, whole[i].id);
}

TEST(CountAbove, CountsStrictlyAboveAndSkipsOneRow) {
  Matrix base(3, 1);
  base.row(0)[0] = 0.2F;
  base.row(1)[0] = 0.5F;
  base.row(2)[0] = 0.9F;
  Matrix queries(2, 1);
  queries.row(0)[0] = queries.row(1)[0] = 1;

  const auto counts = count_above(base, 10, queries, std::vector<float>{0.4F, 0.5F}, std::vector<NodeId>{12, 999});

  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 1}));
}

}  // namespace
}  // namespace linktrail
