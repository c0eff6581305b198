#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "unit/index/clustered_points.h"
#include "unit/index/graph_checks.h"

namespace linktrail {
namespace {

constexpr HnswParams kParams{.m = 8, .ef_construction = 60, .seed = 3};

class HnswlibFile : public ::testing::Test {
 protected:
  void SetUp() override {
    points_ = make_clustered_points({.count = 700, .dim = 18});
    labels_ = labels_from_1000(points_.rows());
    graph_ = build_with_hnswlib(points_, labels_, kParams);
    write_hnswlib_file(path_, graph_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void overwrite(std::uint64_t offset, std::uint32_t value) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::filesystem::path path_ = scratch_file("index.hnsw");
  Matrix points_;
  std::vector<Qid> labels_;
  HnswGraph graph_;
};

std::vector<NodeId> copy(std::span<const NodeId> ids) { return {ids.begin(), ids.end()}; }

TEST_F(HnswlibFile, BuildIsAValidGraphWithLevelsOfTheArticles) {
  EXPECT_NO_THROW(validate(graph_));
  for (std::size_t i = 0; i < graph_.size(); ++i) EXPECT_EQ(graph_.levels[i], level_of(labels_[i], kParams));
  EXPECT_GE(graph_.max_level, 2);
  EXPECT_GT(mean_recall(graph_, points_, 40), 0.98);
}

TEST_F(HnswlibFile, TheSameBuildTwiceIsTheSame) {
  const HnswGraph again = build_with_hnswlib(points_, labels_, kParams);

  for (std::size_t i = 0; i < graph_.size(); ++i) EXPECT_EQ(copy(graph_.links0[i]), copy(again.links0[i]));
}

TEST_F(HnswlibFile, HasTheSizeOfTheFormula) {
  std::uint64_t levels = 0;
  for (const std::uint8_t level : graph_.levels) levels += level;

  const std::uint64_t n = graph_.size();
  EXPECT_EQ(std::filesystem::file_size(path_), 96 + n * (4 + 8 * 8 + 4 * 18 + 8) + 4 * n + (4 + 4 * 8) * levels);
}

TEST_F(HnswlibFile, ReadsBackTheSameGraph) {
  const HnswGraph read = read_hnswlib_file(path_, 18);

  EXPECT_NO_THROW(validate(read));
  EXPECT_EQ(read.labels, graph_.labels);
  EXPECT_EQ(read.levels, graph_.levels);
  EXPECT_EQ(read.entry_point, graph_.entry_point);
  EXPECT_EQ(read.params.ef_construction, 60U);
  for (std::size_t i = 0; i < graph_.size(); ++i)
    for (std::uint32_t level = 0; level <= graph_.levels[i]; ++level)
      EXPECT_EQ(copy(read.links(i, level)), copy(graph_.links(i, level)));
}

TEST_F(HnswlibFile, StockHnswlibLoadsItAndFindsWhatOurSearchFinds) {
  HnswlibIndex index(path_, 18);
  GraphSearch search(graph_);

  EXPECT_EQ(index.labels(), labels_);
  for (std::size_t q = 0; q < points_.rows(); q += 50) {
    const auto stock = index.search(points_.row(q), 5, 40);
    const auto own = search.search(points_.row_data(q), 40);
    ASSERT_EQ(stock.size(), 5U);
    EXPECT_EQ(stock[0].label, labels_[q]);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(stock[i].distance, own[i].distance, 1e-6);
  }
  EXPECT_GT(index.distances(), 0U);
  EXPECT_FLOAT_EQ(index.vector(1003)[17], points_.row(3)[17]);
  EXPECT_THROW(index.vector(1), InputError);
}

TEST_F(HnswlibFile, PartsSideBySideAreTheWholeFile) {
  const HnswlibLayout layout = hnswlib_layout(graph_);
  std::vector<std::byte> bytes = hnswlib_header(graph_, graph_.size());
  for (const auto& [begin, end] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 300}, {300, 700}}) {
    EXPECT_EQ(bytes.size(), layout.record_begin(begin));
    const auto part = hnswlib_records(graph_, begin, end);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  for (const auto& [begin, end] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 300}, {300, 700}}) {
    EXPECT_EQ(bytes.size(), layout.upper_begin(700, begin, graph_.upper_begin[begin]));
    const auto part = hnswlib_upper_blocks(graph_, begin, end);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }

  std::ifstream in(path_, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), file);
}

TEST_F(HnswlibFile, RefusesTheWrongDim) {
  EXPECT_THROW(HnswlibIndex(path_, 17), InputError);
  EXPECT_THROW(read_hnswlib_file(path_, 64), InputError);
}

TEST_F(HnswlibFile, RefusesAMissingOrShortOrLongFile) {
  EXPECT_THROW(HnswlibIndex("/nonexistent/index.hnsw", 18), InputError);
  const auto size = std::filesystem::file_size(path_);
  for (const std::uintmax_t wrong : {std::uintmax_t{0}, std::uintmax_t{50}, size / 2, size - 1, size - 36, size + 36}) {
    std::filesystem::resize_file(path_, wrong);
    EXPECT_THROW(HnswlibIndex(path_, 18), InputError) << wrong;
  }
}

TEST_F(HnswlibFile, RefusesLinksToNowhere) {
  overwrite(96 + 4, 700);
  EXPECT_THROW(HnswlibIndex(path_, 18), InputError);
}

TEST_F(HnswlibFile, RefusesAnImpossibleListLengthEntryPointOrLevel) {
  overwrite(96, 17);
  EXPECT_THROW(HnswlibIndex(path_, 18), InputError);
  write_hnswlib_file(path_, graph_);
  overwrite(52, 700);
  EXPECT_THROW(HnswlibIndex(path_, 18), InputError);
  write_hnswlib_file(path_, graph_);
  overwrite(48, 1);
  EXPECT_THROW(HnswlibIndex(path_, 18), InputError);
  write_hnswlib_file(path_, graph_);
  overwrite(16, 0xffffffff);
  EXPECT_THROW(HnswlibIndex(path_, 18), InputError);
}

TEST(HnswlibIndex, FolderInPlaceOfAFileIsAnInputErrorThatNamesIt) {
  const std::string path = std::filesystem::temp_directory_path();
  try {
    HnswlibIndex index(path, 4);
    ADD_FAILURE() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(path));
  }
}

TEST(HnswlibIndex, OfZeroOneAndTwoPointsLoadsAndAnswers) {
  for (std::size_t count = 0; count <= 2; ++count) {
    const auto path = scratch_file("tiny.hnsw");
    const Matrix points = make_clustered_points({.count = count, .dim = 5, .clusters = 2});
    write_hnswlib_file(path, build_with_hnswlib(points, labels_from_1000(count), kParams));

    HnswlibIndex index(path, 5);
    EXPECT_EQ(index.search(std::vector<float>{1, 0, 0, 0, 0}, 10, 10).size(), count);
    std::filesystem::remove(path);
  }
}

}  // namespace
}  // namespace linktrail
