#include "core/output_path.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "core/error.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;

class OutputPath : public testing::Test {
 protected:
  OutputPath() {
    std::string name = (fs::temp_directory_path() / "linktrail-output-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~OutputPath() override { fs::remove_all(folder_); }

  static std::string refusal_of(const fs::path& path) {
    try {
      output_path(path);
    } catch (const StorageError& error) {
      return error.what();
    }
    return "was accepted";
  }

  fs::path folder_;
};

TEST_F(OutputPath, OfANewOrARegularFileIsItself) {
  std::ofstream(folder_ / "old") << "x";

  EXPECT_EQ(output_path(folder_ / "new"), folder_ / "new");
  EXPECT_EQ(output_path(folder_ / "old"), folder_ / "old");
  EXPECT_EQ(output_path("new"), "new");
}

TEST_F(OutputPath, OfALinkIsWhereItLeads) {
  fs::create_directory(folder_ / "there");
  std::ofstream(folder_ / "there" / "old") << "x";
  fs::create_symlink("there/old", folder_ / "relative");
  fs::create_symlink(folder_ / "there" / "new", folder_ / "dangling");
  fs::create_symlink("dangling", folder_ / "twice");

  EXPECT_EQ(output_path(folder_ / "relative"), folder_ / "there" / "old");
  EXPECT_EQ(output_path(folder_ / "dangling"), folder_ / "there" / "new");
  EXPECT_EQ(output_path(folder_ / "twice"), folder_ / "there" / "new");
}

TEST_F(OutputPath, RefusesWhatIsNoRegularFileAndSaysWhatItIs) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", folder_ / "link-to-device");

  EXPECT_THAT(refusal_of("/dev/null"), AllOf(HasSubstr("/dev/null: is a device"), HasSubstr("choose another output")));
  EXPECT_THAT(refusal_of(folder_ / "link-to-device"), HasSubstr("is a device"));
  EXPECT_THAT(refusal_of(folder_ / "pipe"), HasSubstr("is a pipe"));
  EXPECT_THAT(refusal_of(folder_), HasSubstr("is a folder"));
}

TEST_F(OutputPath, RefusesLinksInACircle) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");

  EXPECT_THAT(refusal_of(folder_ / "a"), HasSubstr("circle"));
}

}  // namespace
}  // namespace linktrail
