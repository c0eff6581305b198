#include "snapshot/atomic_file.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const StorageError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(AtomicFile, AppearsOnlyWithCommit) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a.txt");
  file.write("hello");

  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
  file.commit();

  EXPECT_EQ(get_file(folder / "a.txt"), "hello");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt.partial"));
}

TEST(AtomicFile, WithoutCommitLeavesTheOldFileAndNoPartial) {
  const TemporaryFolder folder;
  put_file(folder / "a.txt", "old");

  { AtomicFile(folder / "a.txt").write("new"); }

  EXPECT_EQ(get_file(folder / "a.txt"), "old");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt.partial"));
}

TEST(AtomicFile, ReplacesThePartialOfAKilledRun) {
  const TemporaryFolder folder;
  put_file(folder / "a.txt.partial", "a longer text that a killed run left behind");

  write_text_atomically(folder / "a.txt", "new");

  EXPECT_EQ(get_file(folder / "a.txt"), "new");
}

TEST(AtomicFile, ReplacesWhatALinkPointsAtAndNotTheLink) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "there");
  std::filesystem::create_symlink("there/a.txt", folder / "link");

  write_text_atomically(folder / "link", "first");
  write_text_atomically(folder / "link", "second");

  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(get_file(folder / "there" / "a.txt"), "second");
}

TEST(AtomicFile, RefusesADeviceBeforeItTouchesAnything) {
  EXPECT_THAT(message_of([] { AtomicFile("/dev/null"); }), HasSubstr("/dev/null: is a device"));
  EXPECT_FALSE(std::filesystem::exists("/dev/null.partial"));
}

TEST(AtomicFile, KeepsBytesLargerThanItsBuffer) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; text.size() < (3U << 20); ++i) text += std::to_string(i);
  AtomicFile file(folder / "big");
  file.write(text.substr(0, 12345));
  file.write(text.substr(12345));
  file.commit();

  EXPECT_EQ(get_file(folder / "big"), text);
  EXPECT_EQ(file.bytes_written(), text.size());
}

TEST(AtomicFile, MissingFolderIsAStorageErrorWithPathReasonAndAdvice) {
  const TemporaryFolder folder;

  const std::string message = message_of([&] { AtomicFile(folder / "none/a.txt"); });

  EXPECT_THAT(message, AllOf(HasSubstr("none/a.txt.partial: cannot create"), HasSubstr("No such file"),
                             HasSubstr("create the folder first")));
}

TEST(AtomicFile, PathBelowARegularFileIsAStorageError) {
  const TemporaryFolder folder;
  put_file(folder / "file", "");

  EXPECT_THAT(message_of([&] { AtomicFile(folder / "file/a.txt"); }), HasSubstr("Not a directory"));
  EXPECT_THAT(message_of([&] { create_folders(folder / "file/deep"); }), HasSubstr("cannot create the folder"));
}

TEST(AtomicFile, FullDiskIsAStorageErrorWithAdvice) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "a.partial");

  const std::string message = message_of([&] { write_text_atomically(folder / "a", "text"); });

  EXPECT_THAT(message, AllOf(HasSubstr("No space left"), HasSubstr("free some space")));
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

TEST(AtomicFile, CannotReplaceAFolder) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a");

  EXPECT_THAT(message_of([&] { write_text_atomically(folder / "a", "text"); }), HasSubstr("is a folder"));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.partial"));
}

TEST(ReadText, ReadsAnEmptyFileAndRefusesAMissingOne) {
  const TemporaryFolder folder;
  put_file(folder / "empty", "");

  EXPECT_EQ(read_text(folder / "empty"), "");
  EXPECT_THROW(read_text(folder / "none"), InputError);
}

}  // namespace
}  // namespace linktrail
