#include "corpus/line_reader.h"

#include <gtest/gtest.h>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using test::lines_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PlainLines : public ::testing::Test {
 protected:
  InputFile write(std::string_view bytes) const { return test::input_file(dir_.write("plain.txt", bytes)); }
  test::TempDir dir_;
};

TEST_F(PlainLines, AcceptEveryLineEnding) {
  EXPECT_THAT(lines_of(write("a\nb\r\n\r\n\nc")), ElementsAre("a", "b", "", "", "c"));
  EXPECT_THAT(lines_of(write("a\r")), ElementsAre("a"));
  EXPECT_THAT(lines_of(write("")), IsEmpty());
  EXPECT_THAT(lines_of(write("\n")), ElementsAre(""));
}

TEST_F(PlainLines, SkipAByteOrderMarkAtTheStartOnly) {
  EXPECT_THAT(lines_of(write("\xef\xbb\xbf"
                             "a\n\xef\xbb\xbf"
                             "b\n")),
              ElementsAre("a",
                          "\xef\xbb\xbf"
                          "b"));
  EXPECT_THAT(lines_of(write("\xef\xbb\xbf")), IsEmpty());
}

TEST_F(PlainLines, BelongToThePieceOfTheirFirstByte) {
  const InputFile file = write("ab\ncd\n\nef");

  EXPECT_THAT(lines_of(file, {0, 0, 3}), ElementsAre("ab"));
  EXPECT_THAT(lines_of(file, {0, 0, 4}), ElementsAre("ab", "cd"));
  EXPECT_THAT(lines_of(file, {0, 1, 3}), IsEmpty());
  EXPECT_THAT(lines_of(file, {0, 3, 7}), ElementsAre("cd", ""));
  EXPECT_THAT(lines_of(file, {0, 8, 9}), IsEmpty());
}

TEST_F(PlainLines, ComeExactlyOnceForEveryPairOfCuts) {
  for (const char* text : {"ab\ncd\n\nefghi\nj", "\n\n\n", "abcdef",
                           "\xef\xbb\xbf"
                           "a\r\nbc\r\n",
                           "a\n", "\na"}) {
    const InputFile file = write(text);
    const std::vector<std::string> whole = lines_of(file);
    for (std::uint64_t a = 0; a <= file.bytes; ++a) {
      for (std::uint64_t b = a; b <= file.bytes; ++b) {
        std::vector<std::string> joined;
        for (const Piece& piece : {Piece{0, 0, a}, Piece{0, a, b}, Piece{0, b, file.bytes}})
          for (const std::string& line : lines_of(file, piece)) joined.push_back(line);
        EXPECT_EQ(joined, whole) << testing::PrintToString(text) << " cut at " << a << " and " << b;
      }
    }
  }
}

TEST_F(PlainLines, ComeExactlyOnceForAnyNumberOfPieces) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += std::string(static_cast<std::size_t>(i * 7 % 11), 'x') + std::to_string(i) + "\n";
  const InputFile file = write(text);
  const std::vector<std::string> whole = lines_of(file);

  for (std::uint64_t n = 1; n <= file.bytes; ++n) {
    std::vector<std::string> joined;
    for (std::uint64_t i = 0; i < n; ++i)
      for (const std::string& line : lines_of(file, {0, file.bytes * i / n, file.bytes * (i + 1) / n}))
        joined.push_back(line);
    ASSERT_EQ(joined, whole) << n << " pieces";
  }
}

TEST_F(PlainLines, KeepTheirNumberInASplitFile) {
  const InputFile file = write("a\nb\nc\nd\ne\n");
  LineReader reader(file, {0, 3, 8});
  std::string_view line;

  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "c");
  EXPECT_EQ(reader.line_number(), 3U);
  EXPECT_FALSE(reader.is_first_of_file());
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(reader.line_number(), 4U);
  EXPECT_FALSE(reader.next(line));
}

TEST_F(PlainLines, KnowTheFirstOfTheFile) {
  const InputFile file = write(
      "\xef\xbb\xbf"
      "a\nb\n");
  LineReader reader(file, {0, 0, file.bytes});
  std::string_view line;

  ASSERT_TRUE(reader.next(line));
  EXPECT_TRUE(reader.is_first_of_file());
  ASSERT_TRUE(reader.next(line));
  EXPECT_FALSE(reader.is_first_of_file());
  EXPECT_EQ(reader.line_number(), 2U);
}

TEST_F(PlainLines, MayBeLongerThanABlock) {
  const std::string a(300000, 'a'), b(kMaxLineBytes, 'b');

  EXPECT_THAT(lines_of(write(a + "\n" + b + "\nc\n")), ElementsAre(a, b, "c"));
}

TEST_F(PlainLines, AreRefusedAboveTheLimit) {
  const InputFile file = write("ok\n" + std::string(kMaxLineBytes + 1, 'x'));
  const InputFile endless = test::input_file(dir_.write("endless", std::string(10UL << 20, 'x')));

  EXPECT_THAT(error_of<InputError>([&] { lines_of(file); }),
              AllOf(HasSubstr("plain.txt:2:"), HasSubstr("too long"), HasSubstr(std::to_string(kMaxLineBytes))));
  EXPECT_THAT(error_of<InputError>([&] { lines_of(endless); }), HasSubstr("endless:1:"));
}

TEST_F(PlainLines, AreRefusedWithANulByte) {
  using namespace std::string_literals;
  const InputFile file = write("Q1\nQ2\0Q3\nQ4\n"s);
  LineReader reader(file, {0, 0, file.bytes});
  std::string_view line;

  EXPECT_TRUE(reader.next(line));
  EXPECT_THAT(error_of<InputError>([&] { reader.next(line); }),
              AllOf(HasSubstr("plain.txt:2:"), HasSubstr("NUL"), HasSubstr("Q2\\x00Q3")));
  EXPECT_THAT(lines_of(file, {0, 0, 3}), ElementsAre("Q1"));
  EXPECT_THAT(lines_of(file, {0, 7, file.bytes}), ElementsAre("Q4"));
}

TEST_F(PlainLines, NameAFileThatIsGone) {
  const InputFile file{dir_.file("gone"), 10, Compression::kNone};

  EXPECT_THAT(error_of<InputError>([&] { lines_of(file); }), AllOf(HasSubstr("gone: "), HasSubstr("opened")));
}

}  // namespace
}  // namespace linktrail
