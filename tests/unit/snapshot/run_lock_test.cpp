// One run holds the lock, the next is told who does; what a killed run left behind locks nothing.
#include "snapshot/run_lock.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RunLockTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "2026-11.lock";
};

TEST_F(RunLockTest, SecondRunIsRefusedAndToldWhoHoldsWhat) {
  const RunLock first(path_, "snaps/2026-11");
  ASSERT_TRUE(first.held());
  try {
    const RunLock second(path_, "snaps/2026-11");
    ADD_FAILURE() << "locked twice";
  } catch (const StorageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("snaps/2026-11"), HasSubstr("another run"),
                                    HasSubstr("process " + std::to_string(::getpid())), HasSubstr(path_.string())));
  }
  EXPECT_THROW(RunLock(path_, "snaps/2026-11"), StorageError) << "the refused one must not have freed it";
}

TEST_F(RunLockTest, LockIsFreeAndItsFileGoneAfterTheRun) {
  { const RunLock first(path_, "it"); }
  EXPECT_FALSE(std::filesystem::exists(path_));

  EXPECT_TRUE(RunLock(path_, "it").held());
}

TEST_F(RunLockTest, FileOfAKilledRunLocksNothing) {
  put_file(path_, "process 1 on a machine that is no more");

  EXPECT_TRUE(RunLock(path_, "it").held());
}

TEST_F(RunLockTest, MissingFolderIsAStorageErrorThatNamesTheFile) {
  EXPECT_THROW(RunLock(folder_ / "none" / "x.lock", "it"), StorageError);
}

}  // namespace
}  // namespace linktrail
