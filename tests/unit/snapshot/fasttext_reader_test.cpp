#include "snapshot/fasttext_reader.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "support/file_damage.h"
#include "unit/snapshot/temporary_folder.h"
#include "unit/snapshot/tiny_model.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kDimAt = 8, kNgramsAt = 28, kBucketsAt = 40, kLongestAt = 48;  // bytes of the arguments
constexpr std::size_t kWordsAt = 68, kPrunedAt = 84, kFirstTypeAt = 92 + 4 + 8;      // bytes of the dictionary

std::string tiny_file(const TemporaryFolder& folder) {
  const TinyModel model;
  return get_file(export_vectors(ExportFormat::kFastTextBin, model.view(), folder / "m.bin").at(0));
}

template <class T>
std::string with(std::string bytes, std::size_t at, T value) {
  return bytes.replace(at, sizeof(value), bytes_of(value));
}

// What the reader says of these bytes; empty if it takes them.
std::string complaint(const TemporaryFolder& folder, const std::string& bytes) {
  put_file(folder / "x.bin", bytes);
  try {
    FastTextReader(folder / "x.bin");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(FastTextReader, ReadsBackWhatTheWriterWrote) {
  const TemporaryFolder folder;
  tiny_file(folder);

  FastTextReader reader(folder / "m.bin");

  EXPECT_EQ(reader.dim(), 2U);
  EXPECT_EQ(reader.args().model, FastTextModel::kCbow);
  EXPECT_EQ(reader.args().loss, FastTextLoss::kNegativeSampling);
  ASSERT_EQ(reader.words(), 2U);
  EXPECT_EQ(reader.labels(), 0U);
  EXPECT_EQ(reader.word(0), "Q42");
  EXPECT_EQ(reader.word(1), "Q7");
  const Matrix input = reader.rows(FastTextMatrix::kInput, 0, 2);
  EXPECT_THAT(input.row(0), testing::ElementsAre(0.5F, -1.0F));
  EXPECT_THAT(input.row(1), testing::ElementsAre(0.1F, 2.0F));
  EXPECT_THAT(reader.rows(FastTextMatrix::kOutput, 1, 1).row(0), testing::ElementsAre(2.0F, 3.0F));
}

TEST(FastTextReader, OfASupervisedModelKnowsLabelsAndTheEndOfALine) {
  const TemporaryFolder folder;
  const TinyModel model;
  const std::array<std::string, 1> labels{"two words"};
  const std::array<float, 2> end{7.0F, 8.0F};
  ExportView view = model.view();
  view.labels = labels;
  view.output.rows = 1;
  view.args.model = FastTextModel::kSupervised;
  view.args.loss = FastTextLoss::kOneVsAll;
  view.end = {.data = end.data(), .rows = 1, .dim = 2, .stride = 2};
  export_vectors(ExportFormat::kFastTextBin, view, folder / "m.bin");

  FastTextReader reader(folder / "m.bin");

  ASSERT_EQ(reader.words(), 3U);
  EXPECT_EQ(reader.word(2), kFastTextEnd);
  ASSERT_EQ(reader.labels(), 1U);
  EXPECT_EQ(reader.label(0), fasttext_label("two words"));
  EXPECT_THAT(reader.rows(FastTextMatrix::kInput, 2, 1).row(0), testing::ElementsAre(7.0F, 8.0F));
}

TEST(FastTextReader, RowsOfUnusedBucketsAreSkipped) {
  const TemporaryFolder folder;
  const std::string bytes = tiny_file(folder);
  const std::string head = bytes_of(std::int64_t{2}, std::int64_t{2});
  const std::size_t input = bytes.find(head), floats = input + head.size() + 16;
  std::string bucket = with(with(bytes, kBucketsAt, std::int32_t{1}), input, std::int64_t{3});
  bucket.insert(floats, bytes_of(9.0F, 9.0F));
  put_file(folder / "b.bin", bucket);

  FastTextReader reader(folder / "b.bin");

  EXPECT_THAT(reader.rows(FastTextMatrix::kOutput, 0, 1).row(0), testing::ElementsAre(0.0F, 1.0F));
}

TEST(FastTextReader, EveryTruncationIsRefusedByName) {
  const TemporaryFolder folder;
  const std::string bytes = tiny_file(folder);

  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(complaint(folder, bytes.substr(0, size)), AllOf(HasSubstr("x.bin"), HasSubstr("truncated"))) << size;
  EXPECT_EQ(complaint(folder, bytes), "");
  EXPECT_THAT(complaint(folder, bytes + "x"), HasSubstr("more than a model"));
}

TEST(FastTextReader, AForeignFileOrAnotherVersionIsRefused) {
  const TemporaryFolder folder;
  const std::string bytes = tiny_file(folder);

  EXPECT_THAT(complaint(folder, std::string(1000, 'a')), HasSubstr("no model of fastText"));
  EXPECT_THAT(complaint(folder, with(bytes, 4, std::int32_t{11})), HasSubstr("expected version 12, found '11'"));
  EXPECT_THROW(FastTextReader(folder / "none.bin"), InputError);
  EXPECT_THROW(FastTextReader(folder / ""), InputError);
}

TEST(FastTextReader, ModelsOfWordPartsAndQuantisedOnesAreRefused) {
  const TemporaryFolder folder;
  const std::string bytes = tiny_file(folder);
  const std::size_t matrix = bytes.find(bytes_of(std::int64_t{2}, std::int64_t{2}));

  EXPECT_THAT(complaint(folder, with(bytes, kLongestAt, std::int32_t{6})), HasSubstr("-maxn 0"));
  EXPECT_THAT(complaint(folder, with(bytes, kNgramsAt, std::int32_t{2})), HasSubstr("-wordNgrams 1"));
  EXPECT_THAT(complaint(folder, with(bytes, kPrunedAt, std::int64_t{0})), HasSubstr("pruned"));
  EXPECT_THAT(complaint(folder, with(bytes, matrix - 1, std::uint8_t{1})), HasSubstr("quantised"));
}

TEST(FastTextReader, NumbersThatDisagreeAreRefused) {
  const TemporaryFolder folder;
  const std::string bytes = tiny_file(folder);
  const std::size_t matrix = bytes.find(bytes_of(std::int64_t{2}, std::int64_t{2}));

  EXPECT_THAT(complaint(folder, with(bytes, kWordsAt, std::int32_t{-1})), HasSubstr("dictionary"));
  EXPECT_THAT(complaint(folder, with(bytes, kFirstTypeAt, std::int8_t{1})), HasSubstr("dictionary"));
  EXPECT_THAT(complaint(folder, with(bytes, kDimAt, std::int32_t{0})), HasSubstr("dim"));
  EXPECT_THAT(complaint(folder, with(bytes, kBucketsAt, std::int32_t{-1})), HasSubstr("buckets"));
  EXPECT_THAT(complaint(folder, with(bytes, matrix, std::int64_t{-2})), HasSubstr("input matrix"));
  EXPECT_THAT(complaint(folder, with(bytes, matrix + 8, std::int64_t{1} << 60)), HasSubstr("input matrix"));
}

TEST(FastTextReader, RowsOutOfRangeAreRefused) {
  const TemporaryFolder folder;
  tiny_file(folder);
  FastTextReader reader(folder / "m.bin");

  EXPECT_THROW(reader.rows(FastTextMatrix::kInput, 1, 2), InputError);
  EXPECT_EQ(reader.rows(FastTextMatrix::kInput, 2, 0).rows(), 0U);
}

// Reads all that a model has, or says what is wrong; a file that claims more than it holds must not cost memory either.
void read_all(const std::filesystem::path& path) {
  try {
    FastTextReader reader(path);
    for (std::size_t i = 0; i < reader.words(); ++i) reader.word(i);
    for (std::size_t i = 0; i < reader.labels(); ++i) reader.label(i);
    reader.rows(FastTextMatrix::kInput, 0, reader.words());
    reader.rows(FastTextMatrix::kOutput, 0, reader.labels() > 0 ? reader.labels() : reader.words());
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  }
}

TEST(FastTextReader, AnyBitTurnedIsReadWithoutHarm) {
  const TemporaryFolder folder;
  tiny_file(folder);
  test::for_each_flip(folder / "m.bin", [&](std::uintmax_t, int) { read_all(folder / "m.bin"); });
}

TEST(FastTextReader, EveryLengthButItsOwnIsRefused) {
  const TemporaryFolder folder;
  tiny_file(folder);
  test::for_each_cut(folder / "m.bin",
                     [&](std::uintmax_t size) { EXPECT_THROW(FastTextReader(folder / "m.bin"), InputError) << size; });
}

}  // namespace
}  // namespace linktrail
