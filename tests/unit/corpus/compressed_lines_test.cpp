// Gzip, bzip2 and zstd behave alike: joined streams are one text, a missing end is an error.
#include <gtest/gtest.h>

#include <functional>

#include "core/random.h"
#include "unit/corpus/compress.h"
#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using test::lines_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Format {
  std::string name;
  Compression compression;
  std::function<std::string(std::string_view)> compress;
};

void PrintTo(const Format& format, std::ostream* out) { *out << format.name; }

class CompressedLines : public ::testing::TestWithParam<Format> {
 protected:
  InputFile write(std::string_view bytes) const { return test::input_file(dir_.write("input", bytes)); }
  std::string compress(std::string_view text) const { return GetParam().compress(text); }

  test::TempDir dir_;
};

// Random digits hardly compress, so the stream spans many blocks of file and of text.
std::string numbered_lines(int lines) {
  RandomStream random({.seed = 3});
  std::string text;
  for (int i = 0; i < lines; ++i) text += "Q" + std::to_string(i) + " Q" + std::to_string(random() >> 1) + "\n";
  return text;
}

TEST_P(CompressedLines, AreRecognisedByContent) {
  EXPECT_EQ(write(compress("Q1\n")).compression, GetParam().compression);
  EXPECT_EQ(write(compress("")).compression, GetParam().compression);
}

TEST_P(CompressedLines, JoinStreamsInsideALine) {
  const InputFile file = write(compress("Q1 Q2\nQ") + compress("3\nQ4") + compress("") + compress("\n"));

  EXPECT_THAT(lines_of(file), ElementsAre("Q1 Q2", "Q3", "Q4"));
}

TEST_P(CompressedLines, SurviveManyBlocks) {
  const std::string text = numbered_lines(100000);
  const InputFile file = write(compress(text.substr(0, 1000001)) + compress(text.substr(1000001)));

  std::string joined;
  for (const std::string& line : lines_of(file)) joined += line + "\n";

  EXPECT_TRUE(joined == text);
}

TEST_P(CompressedLines, RefuseEveryCutOfASmallFile) {
  const std::string whole = compress("Q1\nQ2\nQ3\n") + compress("Q4\n");
  const std::size_t join = compress("Q1\nQ2\nQ3\n").size();

  for (std::size_t size = 4; size < whole.size(); ++size) {
    if (size == join) continue;  // what is left is a whole stream
    const InputFile file = write(whole.substr(0, size));
    if (file.compression == Compression::kNone) continue;
    EXPECT_THROW(lines_of(file), InputError) << "cut at " << size;
  }
}

TEST_P(CompressedLines, NameFileLineAndAdviceWhenTruncated) {
  const std::string text = numbered_lines(100000), whole = compress(text);
  const InputFile file = write(whole.substr(0, whole.size() / 2));
  LineReader reader(file, {0, 0, file.bytes});
  std::uint64_t lines = 0;

  const std::string error = error_of<InputError>([&] {
    for (std::string_view line; reader.next(line);) ++lines;
  });

  EXPECT_GT(lines, 10000U);
  EXPECT_THAT(error, AllOf(HasSubstr("input:" + std::to_string(lines + 1) + ":"), HasSubstr("truncated"),
                           HasSubstr("fetch or export it again")));
}

TEST_P(CompressedLines, RefuseDamagedBytes) {
  const std::string text = numbered_lines(5000);
  std::string bytes = compress(text);
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 64; ++i) bytes[i] = static_cast<char>(~bytes[i]);
  const InputFile file = write(bytes);

  // zstd frames carry no checksum by default, so damage inside literals may pass: then the text differs.
  try {
    std::string joined;
    for (const std::string& line : lines_of(file)) joined += line + "\n";
    EXPECT_EQ(GetParam().compression, Compression::kZstd);
    EXPECT_FALSE(joined == text);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("input:"));
  }
}

TEST_P(CompressedLines, RefuseForeignBytesAfterTheStream) {
  const InputFile file = write(compress("Q1\n") + "this is no stream");

  EXPECT_THAT(error_of<InputError>([&] { lines_of(file); }), HasSubstr("corrupt"));
}

// What gzip itself does; the other two tools refuse such a file.
TEST_P(CompressedLines, MayEndInZeroBytesIfGzip) {
  constexpr std::size_t kManyBlocks = 1000000;
  const InputFile file = write(compress("Q1\nQ2\n") + std::string(kManyBlocks, '\0'));

  if (GetParam().compression == Compression::kGzip)
    EXPECT_THAT(lines_of(file), ElementsAre("Q1", "Q2"));
  else
    EXPECT_THROW(lines_of(file), InputError);
}

TEST_P(CompressedLines, RefuseWhatStandsBehindZeroBytes) {
  const InputFile file = write(compress("Q1\n") + std::string(1000000, '\0') + compress("Q2\n"));

  EXPECT_THAT(error_of<InputError>([&] { lines_of(file); }), HasSubstr("corrupt"));
}

TEST_P(CompressedLines, IgnoreTheByteRangeOfThePiece) {
  const InputFile file = write(compress("Q1\nQ2\n"));

  EXPECT_THAT(lines_of(file, {0, 0, file.bytes}), ElementsAre("Q1", "Q2"));
}

INSTANTIATE_TEST_SUITE_P(Formats, CompressedLines,
                         ::testing::Values(Format{"gzip", Compression::kGzip, test::gzip},
                                           Format{"bzip2", Compression::kBzip2, test::bzip2},
                                           Format{"zstd", Compression::kZstd, test::zstd}),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace linktrail
