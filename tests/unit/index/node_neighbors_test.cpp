#include "index/node_neighbors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

constexpr std::size_t kDim = 12;

// The file of an index of `points`, removed at the end.
class IndexFile {
 public:
  explicit IndexFile(const Matrix& points) {
    const HnswParams params{.m = 8, .ef_construction = 100, .seed = 3};
    write_hnswlib_file(path_, build_with_hnswlib(points, labels_from_1000(points.rows()), params));
  }
  ~IndexFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "node_neighbors_test.hnsw";
};

std::vector<Neighbor> exact_others(const HnswlibView& view, NodeId node, std::size_t k) {
  Matrix all(view.size(), kDim);
  for (NodeId i = 0; i < view.size(); ++i) std::ranges::copy(view.vector(i), all.row(i).begin());
  std::vector<Neighbor> nearest =
      exact_top_k(all, 0, {.data = all.row_data(node), .rows = 1, .dim = kDim, .stride = all.stride()}, k + 1);
  std::erase_if(nearest, [&](const Neighbor& neighbor) { return neighbor.id == node; });
  nearest.resize(k);
  return nearest;
}

TEST(NodeNeighbors, AreNearlyAllOfTheExactOnesNearestFirst) {
  const Matrix points = make_clustered_points({.count = 600, .dim = kDim, .clusters = 20});
  const IndexFile file(points);
  const HnswlibView view(file.path(), kDim);

  const NodeNeighbors found = nearest_of_nodes(view, 0, 600, {.k = 5, .ef = 40});

  ASSERT_EQ(found.neighbors.size(), 600U * 5);
  std::size_t right = 0;
  for (NodeId node = 0; node < 600; ++node) {
    const auto row = std::span(found.neighbors).subspan(node * 5UL, 5);
    EXPECT_TRUE(std::ranges::is_sorted(row));
    for (const Neighbor& neighbor : row) EXPECT_NE(neighbor.id, node);
    const auto exact = exact_others(view, node, 5);
    for (std::size_t i = 0; i < 5; ++i) right += row[i].id == exact[i].id ? 1 : 0;
  }
  EXPECT_GT(right, 600U * 5 * 97 / 100);
  EXPECT_GT(found.distances, 600U * 5);
  EXPECT_LT(found.distances, 600U * 600);
}

TEST(NodeNeighbors, OfAPartAreThoseOfTheWhole) {
  const Matrix points = make_clustered_points({.count = 200, .dim = kDim});
  const IndexFile file(points);
  const HnswlibView view(file.path(), kDim);

  const auto whole = nearest_of_nodes(view, 0, 200, {.k = 4, .ef = 20}).neighbors;
  const auto part = nearest_of_nodes(view, 50, 90, {.k = 4, .ef = 20}).neighbors;

  EXPECT_THAT(part, testing::ElementsAreArray(std::span(whole).subspan(200, 160)));
  EXPECT_THAT(nearest_of_nodes(view, 90, 90, {}).neighbors, testing::IsEmpty());
}

TEST(NodeNeighbors, AreFilledUpWhereThereAreFewer) {
  const Matrix points = make_clustered_points({.count = 3, .dim = kDim});
  const IndexFile file(points);
  const HnswlibView view(file.path(), kDim);

  const auto found = nearest_of_nodes(view, 0, 3, {.k = 4, .ef = 1}).neighbors;

  ASSERT_EQ(found.size(), 12U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_LT(found[row * 4 + 1].id, 3U);
    EXPECT_EQ(found[row * 4 + 2].id, kNoNeighbor.id);
    EXPECT_EQ(found[row * 4 + 3].id, kNoNeighbor.id);
  }
}

}  // namespace
}  // namespace linktrail
