// The table of neighbours is the same for any number of ranks, and says what the index says.
#include "dist/neighbors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "comm/agreement.h"
#include "h5/h5_reader.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "support/mpi_test.h"
#include "unit/index/clustered_points.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kDim = 8;
constexpr std::size_t kK = 3;

// Written by rank 0; all ranks may read it then.
void write_index_of(std::size_t nodes, const std::string& path) {
  comm::agreed_on_root(world(), [&] {
    const Matrix points = make_clustered_points({.count = nodes, .dim = kDim});
    write_hnswlib_file(path, build_with_hnswlib(points, labels_from_1000(nodes), {.m = 8, .ef_construction = 60}));
  });
}

NeighborsReport make_table(const test::SharedFolder& folder, std::size_t nodes) {
  write_index_of(nodes, folder.file("i.hnsw"));
  return write_neighbors(folder.file("i.hnsw"), kDim, folder.file("n.h5"), {.k = kK, .ef = 20},
                         {.run_id = "x", .created = "2026-11-01T00:00:00Z"}, world());
}

TEST(Neighbors, HoldEveryArticleOnceAndItsNearest) {
  const test::SharedFolder folder;

  const NeighborsReport report = make_table(folder, 101);

  const h5::H5Reader file(folder.file("n.h5"));
  const auto qids = file.read_rows<Qid>("qid", 0, 101);
  const auto neighbors = file.read_rows<Qid>("neighbors", 0, 101);
  const auto scores = file.read_rows<float>("scores", 0, 101);
  const HnswlibView view(folder.file("i.hnsw"), kDim);
  const NodeNeighbors all = nearest_of_nodes(view, 0, 101, {.k = kK, .ef = 20});
  EXPECT_EQ(report.articles, 101U);
  EXPECT_EQ(report.distances, all.distances);
  EXPECT_EQ(neighbors.size(), 101 * kK);
  for (std::size_t node = 0; node < 101; ++node) {
    EXPECT_EQ(qids[node], view.label(static_cast<NodeId>(node)));
    for (std::size_t i = node * kK; i < (node + 1) * kK; ++i) {
      EXPECT_EQ(neighbors[i], view.label(all.neighbors[i].id));
      EXPECT_EQ(scores[i], 1.0F - all.neighbors[i].distance);
    }
  }
}

TEST(Neighbors, SayWhereThereAreFewer) {
  const test::SharedFolder folder;

  make_table(folder, 2);

  const h5::H5Reader file(folder.file("n.h5"));
  EXPECT_EQ(file.read_rows<Qid>("neighbors", 0, 2), (std::vector<Qid>{1001, kNoQid, kNoQid, 1000, kNoQid, kNoQid}));
  EXPECT_TRUE(std::isnan(file.read_rows<float>("scores", 0, 2)[1]));
}

TEST(Neighbors, OfNoIndexAreRefusedByAllRanks) {
  const test::SharedFolder folder;

  const auto fault = test::agreed_fault(
      [&] { write_neighbors(folder.file("none.hnsw"), kDim, folder.file("n.h5"), {}, {}, world()); });

  EXPECT_TRUE(fault.has_value());
}

}  // namespace
}  // namespace linktrail::dist
