// An index of cells: the same bytes for any number of ranks, good enough, and robust.
#include <gtest/gtest.h>

#include "comm/agreement.h"
#include "dist/index.h"
#include "dist/index_arrays.h"
#include "dist/level_repair.h"
#include "h5/h5_reader.h"
#include "index/hnswlib_file.h"
#include "mpi/dist/index_helpers.h"

namespace linktrail::dist {
namespace {

using test::world;

// Many small cells and leaves, so that every step has something to exchange.
constexpr IndexParams kParams{
    .hnsw = {.m = 8, .ef_construction = 80, .seed = 4},
    .sharding = Sharding::kCells,
    .cells = {.leaf = {.leaf_rows = 64, .overlap = 3, .cell_rows = 150, .sample_rows = 16}, .refine = {.ef = 12}},
    .merge = {},
    .batch_rows = 100};

IndexReport build_and_write(const Part& part, const std::filesystem::path& path, const IndexParams& params,
                            const comm::Communicator& comm) {
  const BuiltIndex built = build_index(part.vectors, part.qids, params, comm);
  write_index(path, built.part, comm);
  return built.report;
}

Matrix with_copies_and_zeros() {
  Matrix points = make_clustered_points({.count = 1500, .dim = 20, .clusters = 30});
  for (std::size_t i = 1200; i < 1500; ++i) {
    std::ranges::fill(points.row(i), 0.0F);
    if (i < 1450) std::ranges::copy(std::as_const(points).row(i % 40), points.row_data(i));
  }
  return points;
}

// Rank 0 builds the index again, alone.
void expect_what_one_rank_builds(const Matrix& points, const IndexParams& params) {
  const test::SharedFolder folder;
  const comm::Communicator alone = world().split(world().rank());
  build_and_write(my_part(points), folder.file("together"), params, world());
  if (world().is_root()) {
    build_and_write({points.clone(), labels_from_1000(points.rows())}, folder.file("alone"), params, alone);
    EXPECT_TRUE(bytes_of(folder.file("together")) == bytes_of(folder.file("alone")));
    EXPECT_NO_THROW(validate(read_hnswlib_file(folder.file("together"), points.dim())));
  }
}

TEST(BuildByCells, GivesTheBytesOfOneRankWithTheLeafEngine) {
  expect_what_one_rank_builds(with_copies_and_zeros(), kParams);
}

TEST(BuildByCells, GivesTheBytesOfOneRankWithHnswlib) {
  IndexParams params = kParams;
  params.cells.engine = SubIndexEngine::kHnswlib;
  expect_what_one_rank_builds(with_copies_and_zeros(), params);
}

// What a user gets who asks for nothing: cells smaller than leaves, rows that are in the leaves of several cells.
TEST(BuildByCells, GivesTheBytesOfOneRankWithNothingAskedFor) {
  const Matrix points = make_clustered_points({.count = 7000, .dim = 12, .clusters = 70});
  IndexParams params;
  params.hnsw = {.m = 8, .ef_construction = 80, .seed = 4};
  expect_what_one_rank_builds(points, params);
}

TEST(BuildByCells, IsAsGoodAsStockHnswlib) {
  const test::SharedFolder folder;
  const Matrix points = make_clustered_points({.count = 4000, .dim = 32, .clusters = 60});
  IndexParams params = kParams;
  params.hnsw = {.m = 16, .ef_construction = 200, .seed = 1};
  params.cells.leaf = {.leaf_rows = 1000, .overlap = 3, .cell_rows = 1000, .sample_rows = 24};

  const IndexReport report = build_and_write(my_part(points), folder.file("index"), params, world());

  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  EXPECT_EQ(report.cells, 4U);
  EXPECT_GT(report.merge_distances, 0U);
  if (world().is_root()) {
    write_hnswlib_file(folder.file("stock"), build_with_hnswlib(points, labels_from_1000(4000), params.hnsw));
    for (const std::size_t ef : {10U, 40U})
      EXPECT_GE(recall_of(folder.file("index"), points, ef), recall_of(folder.file("stock"), points, ef) - 0.002);
    const HnswGraph graph = read_hnswlib_file(folder.file("index"), 32);
    for (std::size_t i = 0; i < graph.size(); ++i) EXPECT_EQ(graph.levels[i], level_of(graph.labels[i], params.hnsw));
    EXPECT_EQ(check_connectivity(graph).unreachable_before, 0U);
  }
}

TEST(BuildByCells, ThousandsOfEqualVectorsAndAZeroVectorSpoilNothing) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 7000, .dim = 16});
  for (std::size_t i = 2000; i < 7000; ++i) std::ranges::copy(std::as_const(points).row(7), points.row_data(i));
  std::ranges::fill(points.row(1999), 0.0F);

  const IndexReport report = build_and_write(my_part(points), folder.file("index"), kParams, world());

  EXPECT_EQ(report.distinct, 2000U);
  EXPECT_EQ(report.zero_vectors, 1U);
  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  if (world().is_root()) {
    expect_all_labels(folder.file("index"), points);
    EXPECT_EQ(check_connectivity(read_hnswlib_file(folder.file("index"), 16)).unreachable_before, 0U);
    EXPECT_GT(recall_of(folder.file("index"), points, 60), 0.98);
  }
}

TEST(BuildByCells, TwoFarClustersAreBothReached) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 1600, .dim = 16, .clusters = 8});
  for (std::size_t i = 0; i < points.rows(); ++i)
    points.row(i)[0] = i < 800 ? 40.0F : -40.0F;  // two narrow opposite cones
  normalize_rows(points);

  const IndexReport report = build_and_write(my_part(points), folder.file("index"), kParams, world());

  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  if (world().is_root()) {
    EXPECT_EQ(check_connectivity(read_hnswlib_file(folder.file("index"), 16)).unreachable_before, 0U);
    EXPECT_GT(recall_of(folder.file("index"), points, 100), 0.98);
  }
}

TEST(BuildByCells, OfFewerPointsThanRanksStillLoads) {
  for (std::size_t count = 0; count <= 3; ++count) {
    const test::SharedFolder folder;
    const Matrix points = make_clustered_points({.count = count, .dim = 6, .clusters = 2});
    const IndexReport report = build_and_write(my_part(points), folder.file("tiny"), kParams, world());
    EXPECT_EQ(report.nodes, count);
    EXPECT_EQ(report.connectivity.unreachable_after, 0U);
    if (world().is_root() && count > 0) {
      EXPECT_EQ(HnswlibIndex(folder.file("tiny"), 6).search(points.row(0), 10, 10).size(), count);
    }
  }
}

TEST(BuildByCells, TellsItsObserverAndNeverGoesBack) {
  const Matrix points = make_clustered_points({.count = 2000, .dim = 8});
  const Part part = my_part(points);
  std::vector<double> fractions;
  build_index(part.vectors, part.qids, kParams, world(),
              [&](const IndexProgress& progress) { fractions.push_back(progress.fraction); });
  EXPECT_GT(fractions.size(), 10U);
  EXPECT_TRUE(std::ranges::is_sorted(fractions));
  EXPECT_EQ(fractions.back(), 1.0);
}

TEST(BuildByCells, LeavesTogetherWhenAnObserverStopsOneRank) {
  const Matrix points = make_clustered_points({.count = 2000, .dim = 8});
  const Part part = my_part(points);
  const bool last = world().rank() == world().size() - 1;
  EXPECT_THROW(build_index(part.vectors, part.qids, kParams, world(),
                           [&](const IndexProgress& progress) {
                             if (last && progress.fraction > 0.5) throw InputError("stop");
                           }),
               comm::AgreedError);
}

TEST(WriteIndexArrays, HoldsTheWholeGraph) {
  const test::SharedFolder folder;
  const Matrix points = with_copies_and_zeros();
  const Part part = my_part(points);
  const BuiltIndex built = build_index(part.vectors, part.qids, kParams, world());

  write_index_arrays(folder.file("arrays.h5"), built.part, "{}", world());

  const h5::H5Reader file(folder.file("arrays.h5"));
  EXPECT_EQ(file.shape("vectors").rows, 1500U);
  EXPECT_EQ(file.shape("links").columns, 16U);
  EXPECT_EQ(file.int_attribute("m"), 8);
  const Matrix rows = file.read_matrix("vectors", built.part.first, built.part.size());
  for (std::size_t i = 0; i < built.part.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(std::as_const(rows).row(i), built.part.vectors.row(i)));
}

// Lists of two, a chain on each rank: 0 -> 1 -> ... with a gap in the middle, a loop of two, and a node alone.
TEST(RepairLevel, ReachesEveryNodeAndRemovesNoLinkOfTheTree) {
  constexpr std::size_t kRows = 8;
  const Matrix points =
      make_clustered_points({.count = kRows, .dim = 4, .seed = 3U + static_cast<unsigned>(world().rank())});
  const NodeOwners owners(kRows, world());
  const NodeId first = owners.first(world().rank());
  const auto total = static_cast<NodeId>(owners.total());
  NeighborLists lists(kRows, 2);
  for (NodeId i = 0; i < kRows; ++i) {
    const NodeId node = first + i;
    if (i != 3 && i < 5) lists.push_back(i, (node + 1) % total);  // 3 leads nowhere, 5 comes after 4 only
    if (i == 5) lists.push_back(i, node + 1);
    if (i == 6) lists.push_back(i, node - 1);
  }
  std::vector<std::uint32_t> starts;
  if (world().is_root()) starts.push_back(0);

  const RepairReport report =
      repair_level({.rows = points, .lists = &lists, .owners = &owners, .first = first}, starts, world());
  const RepairReport again =
      repair_level({.rows = points, .lists = &lists, .owners = &owners, .first = first}, starts, world());

  EXPECT_GT(report.unreachable_before, 0U);
  EXPECT_EQ(report.unreachable_after, 0U);
  EXPECT_GT(report.repaired, 0U);
  EXPECT_EQ(again.unreachable_before, 0U);
  EXPECT_EQ(again.repaired, 0U);
}

}  // namespace
}  // namespace linktrail::dist
