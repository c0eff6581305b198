// An index of random shards; for cells see index_cells_test.cpp.
#include "dist/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "index/recall.h"
#include "index/sharded_build.h"
#include "mpi/dist/index_helpers.h"
#include "support/mpi_test.h"
#include "unit/index/clustered_points.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr IndexParams kParams{.hnsw = {.m = 8, .ef_construction = 80, .seed = 4},
                              .sharding = Sharding::kRandom,
                              .cells = {},
                              .merge = {},
                              .batch_rows = 100};

IndexReport build_and_write(const Part& part, const std::filesystem::path& path, const IndexParams& params = kParams) {
  const BuiltIndex built = build_index(part.vectors, part.qids, params, world());
  write_index(path, built.part, world());
  return built.report;
}

// The labels of every node's links on every level. Copies of a vector have other numbers in a graph of one process.
std::map<std::pair<Qid, std::uint32_t>, std::vector<Qid>> links_by_label(const HnswGraph& graph) {
  std::map<std::pair<Qid, std::uint32_t>, std::vector<Qid>> result;
  for (std::size_t row = 0; row < graph.size(); ++row)
    for (std::uint32_t level = 0; level <= graph.levels[row]; ++level)
      for (const NodeId id : graph.links(row, level)) result[{graph.labels[row], level}].push_back(graph.labels[id]);
  return result;
}

TEST(BuildIndex, GivesOneFileThatStockHnswlibSearchesWell) {
  const test::SharedFolder folder;
  const Matrix points = make_clustered_points({.count = 1500, .dim = 20, .clusters = 30});

  const IndexReport report = build_and_write(my_part(points), folder.file("index.hnsw"));

  EXPECT_EQ(report.nodes, 1500U);
  EXPECT_EQ(report.distinct, 1500U);
  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  EXPECT_EQ(report.merge_distances > 0, world().size() > 1);
  EXPECT_FALSE(std::filesystem::exists(folder.file("index.hnsw.partial")));
  if (world().is_root()) {
    const HnswGraph graph = read_hnswlib_file(folder.file("index.hnsw"), 20);
    EXPECT_NO_THROW(validate(graph));
    EXPECT_EQ(check_connectivity(graph).unreachable_before, 0U);
    for (std::size_t i = 0; i < graph.size(); ++i) EXPECT_EQ(graph.levels[i], level_of(graph.labels[i], kParams.hnsw));
    expect_all_labels(folder.file("index.hnsw"), points);
    const double stock = [&] {
      write_hnswlib_file(folder.file("stock.hnsw"), build_with_hnswlib(points, labels_from_1000(1500), kParams.hnsw));
      return recall_of(folder.file("stock.hnsw"), points, 60);
    }();
    EXPECT_GE(recall_of(folder.file("index.hnsw"), points, 60), stock - 0.005);
  }
}

// Recall hardly tells whether a step over ranks lost something, since the other steps make up for it.
TEST(BuildIndex, EqualsTheMergeOfTheSameShardsInOneProcess) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 900, .dim = 12, .clusters = 15});
  for (std::size_t i = 700; i < 900; ++i) std::ranges::copy(std::as_const(points).row(i % 60), points.row_data(i));

  build_and_write(my_part(points), folder.file("index.hnsw"));

  if (world().is_root()) {
    const HnswGraph graph = read_hnswlib_file(folder.file("index.hnsw"), 12);
    ShardedBuildReport report;
    normalize_rows(points);  // as build_index() does, which may move a last bit
    const HnswGraph expected = build_sharded(points, labels_from_1000(900), kParams.hnsw,
                                             static_cast<std::uint32_t>(world().size()), kParams.merge, report);
    EXPECT_EQ(graph.max_level, expected.max_level);
    EXPECT_EQ(graph.labels[graph.entry_point], expected.labels[expected.entry_point]);
    EXPECT_TRUE(links_by_label(graph) == links_by_label(expected));
  }
}

TEST(BuildIndex, ReachesNearlyEqualVectorsThatTheMergeCutsOff) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 2000, .dim = 24});
  for (std::size_t i = 1000; i < 2000; ++i) {
    std::ranges::copy(std::as_const(points).row(i % 3), points.row_data(i));
    points.row(i)[i % 24] += 1e-7F * static_cast<float>(i % 7);
  }

  const IndexReport report = build_and_write(my_part(points), folder.file("index.hnsw"));

  EXPECT_EQ(report.connectivity.unreachable_before > 0, world().size() > 1);
  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  if (world().is_root()) {
    EXPECT_EQ(check_connectivity(read_hnswlib_file(folder.file("index.hnsw"), 24)).unreachable_before, 0U);
  }
}

// The bar of bench/index/run.py, on data small enough for every machine.
TEST(BuildIndex, MeetsTheBarOfTheBenchmarkAndIsTheSameTwice) {
  const test::SharedFolder folder;
  const Matrix points = make_clustered_points({.count = 4000, .dim = 48, .clusters = 40});
  const Part part = my_part(points);
  const IndexParams params{.hnsw = {.m = 16, .ef_construction = 200, .seed = 1},
                           .sharding = Sharding::kRandom,
                           .cells = {},
                           .merge = {},
                           .batch_rows = 500};

  const IndexReport report = build_and_write(part, folder.file("index.hnsw"), params);
  build_and_write(part, folder.file("again.hnsw"), params);

  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  if (world().is_root()) {
    write_hnswlib_file(folder.file("stock.hnsw"), build_with_hnswlib(points, labels_from_1000(4000), params.hnsw));
    const double stock = recall_of(folder.file("stock.hnsw"), points, 100);
    const double merged = recall_of(folder.file("index.hnsw"), points, 100);
    EXPECT_GE(merged, 0.98);
    EXPECT_GE(merged, stock - 0.005);
    EXPECT_EQ(check_connectivity(read_hnswlib_file(folder.file("index.hnsw"), 48)).unreachable_before, 0U);
    EXPECT_EQ(bytes_of(folder.file("index.hnsw")), bytes_of(folder.file("again.hnsw")));
  }
}

TEST(BuildIndex, TellsItsObserverEveryPhaseAndNeverGoesBack) {
  const Matrix points = make_clustered_points({.count = 3000, .dim = 4});
  const Part part = my_part(points);
  std::vector<std::string> phases;
  std::vector<double> fractions;
  const auto observer = [&](const IndexProgress& progress) {
    if (phases.empty() || phases.back() != progress.phase) phases.emplace_back(progress.phase);
    fractions.push_back(progress.fraction);
  };

  build_index(part.vectors, part.qids, kParams, world(), observer);

  const std::vector<std::string> all{"build", "search", "prune", "upper", "repair"};
  EXPECT_EQ(phases, world().size() == 1 ? (std::vector<std::string>{"build", "repair"}) : all);
  EXPECT_TRUE(std::ranges::is_sorted(fractions));
  EXPECT_EQ(fractions.back(), 1.0);
}

TEST(BuildIndex, TwiceGivesTheSameBytesWhateverTheSplitOfTheInput) {
  const test::SharedFolder folder;
  const Matrix points = make_clustered_points({.count = 600, .dim = 12});
  Part all_on_last = my_part(points);
  if (world().rank() == world().size() - 1)
    all_on_last = {points.clone(), labels_from_1000(points.rows())};
  else
    all_on_last = {};

  build_and_write(my_part(points), folder.file("a"));
  build_and_write(my_part(points), folder.file("b"));
  build_and_write(all_on_last, folder.file("c"));

  if (world().is_root()) {
    EXPECT_EQ(bytes_of(folder.file("a")), bytes_of(folder.file("b")));
    EXPECT_EQ(bytes_of(folder.file("a")), bytes_of(folder.file("c")));
  }
}

TEST(BuildIndex, OfFewerPointsThanRanksStillLoads) {
  for (std::size_t count = 0; count <= 3; ++count) {
    const test::SharedFolder folder;
    const Matrix points = make_clustered_points({.count = count, .dim = 6, .clusters = 2});

    const IndexReport report = build_and_write(my_part(points), folder.file("tiny"));

    EXPECT_EQ(report.nodes, count);
    EXPECT_EQ(report.connectivity.unreachable_after, 0U);
    if (world().is_root() && count > 0) {
      expect_all_labels(folder.file("tiny"), points);
      EXPECT_EQ(HnswlibIndex(folder.file("tiny"), 6).search(points.row(0), 10, 10).size(), count);
    }
  }
}

TEST(BuildIndex, DuplicatesAndZeroVectorsAreReachedAndSpoilNothing) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 4600, .dim = 16});
  for (std::size_t i = 600; i < 4600; ++i) {
    std::ranges::fill(points.row(i), 0.0F);
    if (i < 4100) std::ranges::copy(std::as_const(points).row(i % 3), points.row_data(i));
  }

  const IndexReport report = build_and_write(my_part(points), folder.file("index"));

  EXPECT_EQ(report.distinct, 601U);
  EXPECT_EQ(report.zero_vectors, 500U);
  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  if (world().is_root()) {
    expect_all_labels(folder.file("index"), points);
    EXPECT_EQ(check_connectivity(read_hnswlib_file(folder.file("index"), 16)).unreachable_before, 0U);
    EXPECT_GT(recall_of(folder.file("index"), points, 60), 0.99);
  }
}

TEST(BuildIndex, NormalisesCopiesAndLeavesTheInput) {
  const test::SharedFolder folder;
  Matrix points = make_clustered_points({.count = 50, .dim = 4});
  Part part = my_part(points);
  for (std::size_t i = 0; i < part.qids.size(); ++i)
    for (float& x : part.vectors.row(i)) x *= 3;
  const Matrix before = part.vectors.clone();

  build_and_write(part, folder.file("index"));

  for (std::size_t i = 0; i < part.qids.size(); ++i) EXPECT_EQ(part.vectors.row(i)[0], before.row(i)[0]);
  if (world().is_root()) {
    EXPECT_NEAR(HnswlibIndex(folder.file("index"), 4).vector(1007)[2], points.row(7)[2], 1e-6);
  }
}

TEST(BuildIndex, OfBadInputOnOneRankFailsOnAllRanks) {
  const Matrix points = make_clustered_points({.count = 40, .dim = 4});
  const bool last = world().rank() == world().size() - 1;

  Part nan = my_part(points);
  if (last) nan.vectors.row(0)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(build_index(nan.vectors, nan.qids, kParams, world()), comm::AgreedError);

  Part twice = my_part(points);
  if (last) twice.qids.front() = 1000 + (world().size() == 1 ? 1 : 0);
  EXPECT_THROW(build_index(twice.vectors, twice.qids, kParams, world()), comm::AgreedError);

  Part missing = my_part(points);
  if (last) missing.qids.pop_back();
  EXPECT_THROW(build_index(missing.vectors, missing.qids, kParams, world()), comm::AgreedError);
}

TEST(WriteIndex, ToAFolderThatDoesNotExistFailsOnAllRanks) {
  const Matrix points = make_clustered_points({.count = 10, .dim = 4});
  const Part part = my_part(points);
  const BuiltIndex built = build_index(part.vectors, part.qids, kParams, world());

  EXPECT_THROW(write_index("/nonexistent/index.hnsw", built.part, world()), comm::AgreedError);
}

}  // namespace
}  // namespace linktrail::dist
