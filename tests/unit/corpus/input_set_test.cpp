#include "corpus/input_set.h"

#include <gtest/gtest.h>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Inputs : public ::testing::Test {
 protected:
  std::vector<std::string> expand(const std::vector<std::string>& names) const {
    std::vector<std::string> found;
    for (const InputFile& file : expand_inputs(names)) found.push_back(file.path.substr(dir_.path().size() + 1));
    return found;
  }

  test::TempDir dir_;
};

TEST_F(Inputs, AFolderGivesItsFilesSortedWithoutHiddenOnes) {
  for (const char* name : {"b", "a", ".hidden", "_SUCCESS", "c.partial"}) dir_.write(name, "Q1\n");
  std::filesystem::create_directory(dir_.file("deeper"));
  dir_.write("deeper/d", "Q1\n");

  EXPECT_THAT(expand({dir_.path()}), ElementsAre("a", "b"));
}

TEST_F(Inputs, AGlobGivesItsFilesSorted) {
  for (const char* name : {"p2.txt", "p1.txt", "q.txt"}) dir_.write(name, "Q1\n");

  EXPECT_THAT(expand({dir_.file("p*.txt")}), ElementsAre("p1.txt", "p2.txt"));
}

TEST_F(Inputs, ANameWithGlobLettersThatExistsIsAFile) {
  dir_.write("a[1].txt", "Q1\n");

  EXPECT_THAT(expand({dir_.file("a[1].txt")}), ElementsAre("a[1].txt"));
}

TEST_F(Inputs, NamesKeepTheirOrderAndCountOnce) {
  dir_.write("a", "Q1\n");
  dir_.write("b", "Q1\n");
  std::filesystem::create_symlink(dir_.file("a"), dir_.file("z"));

  EXPECT_THAT(expand({dir_.file("b"), dir_.path(),
                      dir_.path() + "/../" + dir_.path().substr(dir_.path().rfind('/') + 1) + "/a"}),
              ElementsAre("b", "a"));
}

TEST_F(Inputs, SizesAreThoseOnDisk) {
  const std::vector<std::string> names{dir_.write("a", "Q1\n")};

  EXPECT_EQ(expand_inputs(names).at(0).bytes, 3U);
}

TEST_F(Inputs, NothingIsAnError) {
  std::filesystem::create_directory(dir_.file("empty"));

  EXPECT_THAT(error_of<InputError>([&] { expand({dir_.file("gone")}); }), HasSubstr("gone"));
  EXPECT_THAT(error_of<InputError>([&] { expand({dir_.file("*.gz")}); }), HasSubstr("*.gz"));
  EXPECT_THAT(error_of<InputError>([&] { expand({dir_.file("empty")}); }), HasSubstr("empty"));
  EXPECT_THAT(error_of<InputError>([&] { expand({}); }), HasSubstr("no input"));
  EXPECT_THAT(error_of<InputError>([&] { expand({"/dev/null"}); }), HasSubstr("no regular file"));
}

TEST_F(Inputs, ALinkToNowhereIsAnErrorThatNamesIt) {
  dir_.write("a", "Q1\n");
  std::filesystem::create_symlink("gone.txt", dir_.file("b"));

  for (const std::string& name : {dir_.path(), dir_.file("*"), dir_.file("b")})
    EXPECT_THAT(error_of<InputError>([&] { expand({name}); }), AllOf(HasSubstr("/b: "), HasSubstr("gone.txt")));
}

TEST_F(Inputs, AHiddenLinkToNowhereIsNoData) {
  dir_.write("a", "Q1\n");
  std::filesystem::create_symlink("gone.txt", dir_.file(".lock"));

  EXPECT_THAT(expand({dir_.path()}), ElementsAre("a"));
}

TEST_F(Inputs, FormatsThatAreNotReadAreNamedWithThoseThatAre) {
  const auto fault_of = [&](std::string_view head) {
    const std::string path = dir_.write("input", std::string(head) + "and more");
    return error_of<InputError>([&] { detect_compression(path); });
  };
  using namespace std::string_view_literals;

  EXPECT_THAT(fault_of("\xfd"
                       "7zXZ\0"sv),
              AllOf(HasSubstr("as xz"), HasSubstr("gz"), HasSubstr("bz2"), HasSubstr("zst")));
  EXPECT_THAT(fault_of("7z\xbc\xaf\x27\x1c"sv), HasSubstr("as 7z"));
  EXPECT_THAT(fault_of("PK\x03\x04"sv), HasSubstr("as zip"));
  EXPECT_THAT(fault_of("\x04\x22\x4d\x18"sv), HasSubstr("as lz4"));
}

TEST_F(Inputs, TextThatOnlyLooksLikeBzip2IsPlain) {
  EXPECT_EQ(detect_compression(dir_.write("a", "BZh9 is how bzip2 starts\n")), Compression::kNone);
  EXPECT_EQ(detect_compression(dir_.write("b", "BZ")), Compression::kNone);
  EXPECT_EQ(detect_compression(dir_.write("c", "")), Compression::kNone);
}

}  // namespace
}  // namespace linktrail
