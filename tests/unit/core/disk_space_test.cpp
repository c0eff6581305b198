// reserve_space() takes space and length, keeps content, and turns a lack of space into one clear error.
#include "core/disk_space.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "support/file_size_limit.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DiskSpace : public testing::Test {
 protected:
  DiskSpace() { std::ofstream(path_) << "abc"; }
  ~DiskSpace() override { std::filesystem::remove(path_); }

  std::string content() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("linktrail-disk-" + std::to_string(::getpid()) + "-" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(DiskSpace, ReservedBytesAreZeroAndOlderOnesStay) {
  reserve_space(path_, 0, 6);

  EXPECT_EQ(content(), std::string("abc\0\0\0", 6));
}

TEST_F(DiskSpace, NothingIsReservedOfAnEmptyRange) {
  reserve_space(path_, 9, 9);
  reserve_space(path_, 9, 4);

  EXPECT_EQ(content(), "abc");
}

TEST_F(DiskSpace, TooLittleSpaceIsAStorageErrorThatNamesTheFile) {
  const test::FileSizeLimit limit(100000);
  try {
    reserve_space(path_, 0, 200000);
    ADD_FAILURE() << "no error";
  } catch (const StorageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(path_), HasSubstr("200000 bytes"), HasSubstr("free some space")));
  }
}

TEST_F(DiskSpace, MissingFileIsAStorageErrorThatNamesIt) {
  EXPECT_THROW(reserve_space(path_ + ".none", 0, 1), StorageError);
}

}  // namespace
}  // namespace linktrail
