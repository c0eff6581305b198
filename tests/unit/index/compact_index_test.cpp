#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "index/compact_search.h"
#include "index/compact_writer.h"
#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/index_search.h"
#include "index/recall.h"
#include "index/search_effort.h"
#include "unit/index/clustered_points.h"
#include "unit/index/graph_checks.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CompactFile : public ::testing::Test {
 protected:
  void TearDown() override {
    fs::remove(hnsw_);
    fs::remove(compact_);
  }

  CompactReport write(const Matrix& points, std::uint32_t m = 16) {
    labels_.clear();
    // Not rising, so that rows, ids and labels cannot be mistaken for each other.
    for (std::size_t i = 0; i < points.rows(); ++i) labels_.push_back(static_cast<Qid>(1000 + i * 7919 % 100003));
    write_hnswlib_file(hnsw_, build_with_hnswlib(points, labels_, {.m = m, .ef_construction = 100, .seed = 3}));
    return write_compact_file(compact_, HnswlibView(hnsw_, points.dim()));
  }

  fs::path hnsw_ = scratch_file("c.hnsw");
  fs::path compact_ = scratch_file("c.compact");
  std::vector<Qid> labels_;
};

class Compact : public CompactFile, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(Compact, HoldsEveryArticleAndItsVector) {
  const Matrix points = make_clustered_points({.count = 3000, .dim = GetParam()});
  write(points);
  const CompactIndex index(compact_, CompactCheck::kAll);
  ASSERT_EQ(index.size(), 3000U);
  for (std::size_t row = 0; row < points.rows(); ++row) {
    const auto id = index.find(labels_[row]);
    ASSERT_TRUE(id) << row;
    EXPECT_EQ(index.qid(*id), labels_[row]);
    const auto vector = index.vector(*id);
    for (std::size_t d = 0; d < points.dim(); ++d) EXPECT_NEAR(vector[d], points.row(row)[d], 4e-5F);
  }
  EXPECT_FALSE(index.find(999));
  EXPECT_FALSE(index.find(1 << 30));
}

TEST_P(Compact, HoldsTheLinksOfTheGraph) {
  const Matrix points = make_clustered_points({.count = 1000, .dim = GetParam()});
  write(points);
  const CompactIndex index(compact_);
  const HnswlibView graph(hnsw_, points.dim());
  std::vector<NodeId> buffer;
  for (NodeId node = 0; node < graph.size(); ++node) {
    std::vector<Qid> expected;
    for (const NodeId link : graph.links(node)) expected.push_back(graph.label(link));
    std::vector<Qid> found;
    for (const NodeId link : index.links(*index.find(graph.label(node)), buffer)) found.push_back(index.qid(link));
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected)) << node;
  }
}

TEST_P(Compact, DistancesByCodesAreNearAndRefinedOnesNearer) {
  const Matrix points = make_clustered_points({.count = 1000, .dim = GetParam()});
  write(points);
  const CompactIndex index(compact_);
  const CompactQuery query = index.query(points.row(17));
  float worst = 0;
  for (std::size_t row = 0; row < points.rows(); ++row) {
    const NodeId id = *index.find(labels_[row]);
    float dot = 0;
    for (std::size_t d = 0; d < points.dim(); ++d) dot += points.row(17)[d] * points.row(row)[d];
    float distance = 0;
    index.distances(query, {&id, 1}, &distance);
    worst = std::max(worst, std::abs(distance - (1 - dot)));
    index.refine(query, {&id, 1}, &distance);
    EXPECT_NEAR(distance, 1 - dot, 5e-5F) << row;
  }
  EXPECT_LT(worst, 0.02F);
}

TEST_P(Compact, AnswersAsWellAsTheGraphThatItWasMadeFrom) {
  const Matrix points = make_clustered_points({.count = 3000, .dim = GetParam()});
  write(points);
  const CompactIndex index(compact_);
  CompactSearch search(index);
  const Matrix queries = every_7th_row(points);
  for (const std::size_t k : {10UL, 100UL}) {
    const auto truth = exact_top_k(points, 0, queries, k);
    double recall = 0;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      std::vector<Neighbor> found;
      for (const auto& neighbor : search.search(queries.row(q), k, beam_for(k, index.size())))
        found.push_back({neighbor.distance, 0});
      ASSERT_EQ(found.size(), k);
      recall += recall_at(found, std::span(truth).subspan(q * k, k), k, 3e-5F);
    }
    EXPECT_GT(recall / static_cast<double>(queries.rows()), 0.99) << k;
  }
}

TEST_P(Compact, BothFilesGiveTheSameNeighbours) {
  const Matrix points = make_clustered_points({.count = 2000, .dim = GetParam()});
  write(points);
  const auto compact = open_index(compact_, points.dim());
  const auto hnsw = open_index(hnsw_, points.dim());
  EXPECT_EQ(compact->size(), hnsw->size());
  for (std::size_t row = 0; row < points.rows(); row += 100) {
    const auto vector = hnsw->vector(labels_[row]);
    const auto a = compact->search(vector, 10, 200);
    const auto b = hnsw->search(vector, 10, 200);
    ASSERT_EQ(a.size(), b.size());
    EXPECT_NEAR(b[0].distance, 0, 1e-5F) << row;  // not always the article itself: others may be equal
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i].distance, b[i].distance, 5e-5F) << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Dims, Compact, ::testing::Values(1, 7, 50, 64, 100));

TEST_F(CompactFile, IsSmallAndTheSameEveryTime) {
  const Matrix points = make_clustered_points({.count = 4000, .dim = 64, .clusters = 100});
  const CompactReport report = write(points);
  EXPECT_EQ(report.file_bytes, fs::file_size(compact_));
  EXPECT_LT(static_cast<double>(report.file_bytes), 0.8 * 4 * 64 * 4000);
  const std::string first = bytes_of(compact_);
  write_compact_file(compact_, HnswlibView(hnsw_, 64));
  EXPECT_EQ(bytes_of(compact_), first);
}

// A query is multiplied with the mean of every block.
TEST_F(CompactFile, LongVectorsHaveFewerBlocks) {
  const Matrix points = make_clustered_points({.count = 4400, .dim = 1100});
  write(points, 4);
  const CompactIndex index(compact_, CompactCheck::kAll);
  EXPECT_EQ(block_count(index.size(), index.header().block_bits), 9U);
  CompactSearch search(index);
  for (std::size_t row = 0; row < points.rows(); row += 400)
    EXPECT_EQ(search.search(points.row(row), 1, {.width = 50}).front().label, labels_[row]);
}

TEST_F(CompactFile, NoArticleAndOne) {
  for (const std::size_t count : {0UL, 1UL, 2UL}) {
    const Matrix points = make_clustered_points({.count = count, .dim = 6});
    write(points);
    const CompactIndex index(compact_, CompactCheck::kAll);
    EXPECT_EQ(index.size(), count);
    EXPECT_FALSE(index.find(5));
    EXPECT_EQ(CompactSearch(index).search(std::vector<float>(6, 0.4F), 10, {.width = 50}).size(), count);
  }
}

TEST_F(CompactFile, EqualAndZeroVectors) {
  Matrix points = make_clustered_points({.count = 1000, .dim = 16});
  for (std::size_t row = 500; row < 800; ++row) std::ranges::copy(points.row(0), points.row_data(row));
  for (std::size_t row = 800; row < 900; ++row) std::ranges::fill(points.row(row), 0.0F);
  write(points);
  const CompactIndex index(compact_);
  const auto found = CompactSearch(index).search(points.row(0), 10, beam_for(10, index.size()));
  ASSERT_EQ(found.size(), 10U);
  for (const auto& neighbor : found) EXPECT_NEAR(neighbor.distance, 0, 1e-4F);
}

TEST_F(CompactFile, RefusesWhatItCannotHold) {
  Matrix points = make_clustered_points({.count = 400, .dim = 8});
  write(points);
  EXPECT_THROW(open_index(compact_, 9), InputError);
  EXPECT_THROW(CompactIndex(compact_).query(std::vector<float>(9)), UsageError);
  points.row(7)[3] = 3.0F;
  EXPECT_THROW(write(points), InputError);
  points.row(7)[3] = NAN;
  EXPECT_THROW(write(points), InputError);
}

TEST_F(CompactFile, WritingToAFullDiskFails) {
  write(make_clustered_points({.count = 400, .dim = 8}));
  EXPECT_THROW(write_compact_file("/dev/full", HnswlibView(hnsw_, 8)), StorageError);
}

}  // namespace
}  // namespace linktrail
