// What all ranks write together is what each rank reads, however the rows are split over ranks.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include "comm/collectives.h"
#include "core/error.h"
#include "h5/h5_reader.h"
#include "h5/h5_writer.h"
#include "support/mpi_test.h"

namespace linktrail::h5 {
namespace {

using test::SharedFolder;
using test::world;

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t count = 0;
};
using Split = std::function<Range(std::uint64_t total)>;

std::uint64_t ranks() { return static_cast<std::uint64_t>(world().size()); }
std::uint64_t me() { return static_cast<std::uint64_t>(world().rank()); }

Range even(std::uint64_t total) {
  const std::uint64_t begin = total * me() / ranks();
  return {begin, total * (me() + 1) / ranks() - begin};
}
Range all_on_last(std::uint64_t total) { return me() + 1 == ranks() ? Range{0, total} : Range{0, 0}; }
Range reversed(std::uint64_t total) {  // rank 0 has the last rows
  const std::uint64_t r = ranks() - 1 - me();
  return {total * r / ranks(), total * (r + 1) / ranks() - total * r / ranks()};
}

const std::vector<Split> kSplits{even, all_on_last, reversed};

template <class T>
std::vector<T> values(std::uint64_t begin, std::uint64_t count) {
  std::vector<T> out(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i] = static_cast<T>((begin + i) * 37 % 251);
  return out;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class T>
class H5Types : public testing::Test {};
using Elements = testing::Types<float, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(H5Types, Elements);

TYPED_TEST(H5Types, OneAndTwoDimensionsComeBackFromAnySplitAndNumberOfCalls) {
  const SharedFolder folder;
  constexpr std::uint64_t kRows = 11, kColumns = 3;
  for (const auto& split : kSplits) {
    for (const std::uint64_t call_bytes : {std::uint64_t{1}, std::uint64_t{40}, std::uint64_t{1} << 30}) {
      const std::string path = folder.file("types.h5");
      const auto [begin, rows] = split(kRows);
      H5Writer writer(path, world());

      const auto one = writer.write_rows<TypeParam>("one", values<TypeParam>(begin, rows),
                                                    {.begin = begin, .total = kRows}, {.max_call_bytes = call_bytes});
      const auto two = writer.write_rows<TypeParam>("two", values<TypeParam>(begin * kColumns, rows * kColumns),
                                                    {.begin = begin, .total = kRows, .columns = kColumns},
                                                    {.max_call_bytes = call_bytes});
      writer.finish();

      EXPECT_TRUE(one.collective && two.collective);
      EXPECT_GE(one.calls, call_bytes == 1 ? rows : 1);
      const H5Reader reader(path);
      EXPECT_EQ(reader.shape("one"), (Shape{kRows, 0}));
      EXPECT_EQ(reader.shape("two"), (Shape{kRows, kColumns}));
      EXPECT_EQ(reader.read_all<TypeParam>("one"), values<TypeParam>(0, kRows));
      EXPECT_EQ(reader.read_rows<TypeParam>("two", 4, 5), values<TypeParam>(4 * kColumns, 5 * kColumns));
      comm::barrier(world());
    }
  }
}

Matrix matrix_rows(std::uint64_t begin, std::uint64_t rows, std::size_t dim) {
  Matrix matrix(rows, dim);
  for (std::uint64_t i = 0; i < rows; ++i)
    for (std::size_t d = 0; d < dim; ++d) matrix.row(i)[d] = static_cast<float>((begin + i) * 1000 + d) / 8;
  return matrix;
}

TEST(H5Matrix, PaddingStaysInMemory) {
  const SharedFolder folder;
  constexpr std::uint64_t kRows = 23;
  constexpr std::size_t kDim = 50;  // stride 64
  for (const auto& split : kSplits) {
    const std::string path = folder.file("matrix.h5");
    const auto [begin, rows] = split(kRows);
    H5Writer writer(path, world());

    const auto report =
        writer.write_rows("vectors", matrix_rows(begin, rows, kDim), begin, kRows, {.max_call_bytes = 1000});
    writer.finish();

    EXPECT_TRUE(report.collective);
    const H5Reader reader(path);
    const Matrix expected = matrix_rows(5, 10, kDim);
    const Matrix read = reader.read_matrix("vectors", 5, 10);
    EXPECT_EQ(reader.shape("vectors"), (Shape{kRows, kDim}));
    for (std::size_t i = 0; i < 10; ++i)
      EXPECT_TRUE(std::equal(read.row_data(i), read.row_data(i) + read.stride(), expected.row_data(i))) << "row " << i;
    comm::barrier(world());
  }
}

// Where two files differ, with the bytes there; empty if nowhere.
std::string difference(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return fmt::format("{} and {} bytes", a.size(), b.size());
  std::string text;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i])
      text += fmt::format("{}: {:02x} {:02x}; ", i, static_cast<std::uint8_t>(a[i]), static_cast<std::uint8_t>(b[i]));
  return text;
}

TEST(H5Bytes, FileIsIdenticalForEverySplit) {
  const SharedFolder folder;
  constexpr std::uint64_t kRows = 29;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < kSplits.size(); ++i) {
    const std::string path = folder.file(std::to_string(i) + ".h5");
    const auto [begin, rows] = kSplits[i](kRows);
    H5Writer writer(path, world());
    writer.set_attribute("config", "dim = 64\n");
    writer.write_rows<std::int64_t>("qid", values<std::int64_t>(begin, rows), {.begin = begin, .total = kRows});
    writer.write_rows("vectors", matrix_rows(begin, rows, 20), begin, kRows);
    writer.finish();
    files.push_back(content_of(path));
  }

  EXPECT_EQ(difference(files[0], files[1]), "");
  EXPECT_EQ(difference(files[0], files[2]), "");
}

TEST(H5Bytes, NoObjectCarriesATimeStamp) {
  const SharedFolder folder;
  const std::string path = folder.file("stamps.h5");
  H5Writer writer(path, world());
  writer.write_text("text", "abc");
  writer.finish();

  // An object header opens with "OHDR", version 2 and flags, of which bit 5 says that times follow.
  const std::string content = content_of(path);
  const std::string header("OHDR\x02");
  int headers = 0;
  for (auto at = content.find(header); at != std::string::npos; at = content.find(header, at + 1), ++headers)
    EXPECT_EQ(content[at + header.size()] & 0x20, 0) << "object header at " << at;
  EXPECT_EQ(headers, 2);  // the root group and the dataset
}

TEST(H5Sizes, MoreRanksThanRowsAndNoRowsAtAll) {
  const SharedFolder folder;
  const std::string path = folder.file("small.h5");
  const auto [begin, rows] = even(1);
  H5Writer writer(path, world());

  const auto one = writer.write_rows<float>("one", values<float>(begin, rows), {.begin = begin, .total = 1});
  const auto none = writer.write_rows<float>("none", {}, {.begin = 0, .total = 0, .columns = 4});
  writer.finish();

  EXPECT_TRUE(one.collective);
  EXPECT_EQ(none.calls, 0);
  const H5Reader reader(path);
  EXPECT_EQ(reader.read_all<float>("one"), values<float>(0, 1));
  EXPECT_EQ(reader.shape("none"), (Shape{0, 4}));
  EXPECT_TRUE(reader.read_all<float>("none").empty());
  EXPECT_EQ(reader.read_matrix("none", 0, 0).rows(), 0);
}

TEST(H5Compressed, RoundTripsCollectivelyWithEmptyRanks) {
  const SharedFolder folder;
  const std::string path = folder.file("gzip.h5");
  constexpr std::uint64_t kRows = 300'000;  // 2.4 MB: several chunks, and smaller on disk
  for (const auto& split : kSplits) {
    const auto [begin, rows] = split(kRows);
    H5Writer writer(path, world());

    const auto report = writer.write_rows<std::int64_t>(
        "ids", values<std::int64_t>(begin, rows), {.begin = begin, .total = kRows}, {.storage = Storage::kCompressed});
    writer.finish();

    EXPECT_TRUE(report.collective);
    EXPECT_EQ(H5Reader(path).read_all<std::int64_t>("ids"), values<std::int64_t>(0, kRows));
    EXPECT_LT(std::filesystem::file_size(path), kRows * 8 / 4);
    comm::barrier(world());
  }
}

TEST(H5Attributes, TextIntegersAndNumbersComeBack) {
  const SharedFolder folder;
  const std::string path = folder.file("attributes.h5");
  const std::string long_text(100'000, 'c');  // beyond the 64 KiB of old attributes
  {
    H5Writer writer(path, world());
    writer.set_attribute("metric", "cosine");
    writer.set_attribute("empty", "");
    writer.set_attribute("config", long_text);
    writer.set_attribute("title", "Zürich 東京");
    writer.set_attribute("dim", std::int64_t{-50});
    writer.set_attribute("lr", 0.05);
    writer.finish();
  }

  const H5Reader reader(path);
  EXPECT_EQ(reader.text_attribute("metric"), "cosine");
  EXPECT_EQ(reader.text_attribute("empty"), "");
  EXPECT_EQ(reader.text_attribute("config"), long_text);
  EXPECT_EQ(reader.text_attribute("title"), "Zürich 東京");
  EXPECT_EQ(reader.int_attribute("dim"), -50);
  EXPECT_EQ(reader.double_attribute("lr"), 0.05);
  EXPECT_EQ(reader.double_attribute("dim"), -50.0);
  EXPECT_FALSE(reader.has_attribute("date"));
}

TEST(H5Text, AnyBytesComeBack) {
  const SharedFolder folder;
  const std::string path = folder.file("text.h5");
  const std::string text("{\"a\": 1}\n\0end", 13);
  H5Writer writer(path, world());

  writer.write_text("json", text);
  writer.write_text("nothing", "");
  writer.finish();

  EXPECT_EQ(H5Reader(path).read_text("json"), text);
  EXPECT_EQ(H5Reader(path).read_text("nothing"), "");
}

}  // namespace
}  // namespace linktrail::h5
