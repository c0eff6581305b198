#include "snapshot/publish.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "snapshot/manifest.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

class PublishTest : public testing::Test {
 protected:
  PublishParams params(const std::string& name) const { return {.root = root_.path(), .name = name}; }

  void stage(const std::string& name, const std::string& content) const {
    const fs::path folder = staging_folder(params(name));
    put_file(folder / "reader/model.bin", content);
    Manifest manifest;
    manifest.created = content;  // differs between runs; identity is that of the files
    manifest.files = record_folder(folder);
    save_manifest(folder, manifest);
  }

  std::string current_content() const { return get_file(root_ / "current/reader/model.bin"); }

  TemporaryFolder root_;
};

std::string message_of(const PublishParams& params) {
  try {
    publish_snapshot(params);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(PublishTest, MovesTheStagedFolderAndPointsCurrentAtIt) {
  stage("2026-11", "one");

  EXPECT_EQ(publish_snapshot(params("2026-11")), PublishOutcome::kPublished);

  EXPECT_EQ(fs::read_symlink(root_ / "current"), "2026-11");
  EXPECT_EQ(current_content(), "one");
  EXPECT_FALSE(fs::exists(root_ / ".work/2026-11"));
}

TEST_F(PublishTest, SecondSnapshotMovesCurrentAndKeepsTheFirst) {
  stage("2026-10", "one");
  publish_snapshot(params("2026-10"));
  stage("2026-11", "two");
  publish_snapshot(params("2026-11"));

  EXPECT_EQ(current_content(), "two");
  EXPECT_EQ(get_file(root_ / "2026-10/reader/model.bin"), "one");
}

TEST_F(PublishTest, IdenticalSnapshotIsReportedAsAlreadyPublished) {
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  stage("2026-11", "one");

  EXPECT_EQ(publish_snapshot(params("2026-11")), PublishOutcome::kAlreadyPublished);
  EXPECT_EQ(current_content(), "one");
}

TEST_F(PublishTest, InterruptedBetweenRenameAndLinkIsHealedByPublishingAgain) {
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  fs::remove(root_ / "current");
  stage("2026-11", "one");

  publish_snapshot(params("2026-11"));

  EXPECT_EQ(current_content(), "one");
}

TEST_F(PublishTest, OtherContentUnderAPublishedNameIsRefusedAndTheOldStays) {
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  stage("2026-11", "two");

  EXPECT_THAT(message_of(params("2026-11")), HasSubstr("never replaced"));
  EXPECT_EQ(current_content(), "one");
}

TEST_F(PublishTest, RefusePolicyRefusesEvenAnIdenticalOne) {
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  stage("2026-11", "one");
  PublishParams strict = params("2026-11");
  strict.if_exists = ExistingSnapshot::kRefuse;

  EXPECT_THROW(publish_snapshot(strict), StorageError);
}

TEST_F(PublishTest, DamagedPublishedCopyDoesNotPassForIdentical) {
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  put_file(root_ / "2026-11/reader/model.bin", "0ne");
  stage("2026-11", "one");

  EXPECT_THAT(message_of(params("2026-11")), HasSubstr("damaged"));
}

TEST_F(PublishTest, IncompleteStagingIsRefusedAndTheOldStays) {
  stage("2026-10", "one");
  publish_snapshot(params("2026-10"));
  stage("2026-11", "two");
  put_file(root_ / ".work/2026-11/reader/model.bin", "tw");

  EXPECT_THAT(message_of(params("2026-11")), HasSubstr("nothing was published"));
  EXPECT_EQ(current_content(), "one");
  EXPECT_FALSE(fs::exists(root_ / "2026-11"));
}

TEST_F(PublishTest, MissingManifestIsRefused) {
  put_file(root_ / ".work/2026-11/reader/model.bin", "x");

  EXPECT_THROW(publish_snapshot(params("2026-11")), InputError);
  EXPECT_FALSE(fs::exists(root_ / "2026-11"));
}

TEST_F(PublishTest, ForeignFolderOrCurrentThatIsNoLinkIsNotReplaced) {
  stage("2026-11", "one");
  put_file(root_ / "2026-11/notes.txt", "mine");
  EXPECT_THAT(message_of(params("2026-11")), HasSubstr("no snapshot"));
  EXPECT_EQ(get_file(root_ / "2026-11/notes.txt"), "mine");

  stage("2026-12", "one");
  put_file(root_ / "current/notes.txt", "mine");
  EXPECT_THROW(publish_snapshot(params("2026-12")), StorageError);
  EXPECT_EQ(get_file(root_ / "current/notes.txt"), "mine");
}

TEST_F(PublishTest, UnsafeNamesAreUsageErrors) {
  for (const char* name : {"", "current", ".work", "..", "a/b", "a b", "\n"})
    EXPECT_THROW(publish_snapshot(params(name)), UsageError) << name;
}

TEST_F(PublishTest, ListsSnapshotsByNameAndMarksTheCurrent) {
  for (const char* name : {"2026-11", "2026-10"}) {
    stage(name, name);
    publish_snapshot(params(name));
  }
  put_file(root_ / "other/file", "");
  stage("2026-12", "unfinished");

  const std::vector<SnapshotEntry> entries = list_snapshots(root_.path());

  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].name, "2026-10");
  EXPECT_TRUE(entries[0].is_current);
  EXPECT_FALSE(entries[1].is_current);
  EXPECT_THROW(list_snapshots(root_ / "none"), InputError);
}

TEST_F(PublishTest, SwitchCurrentRollsBackAndRefusesUnknownNames) {
  for (const char* name : {"2026-10", "2026-11"}) {
    stage(name, name);
    publish_snapshot(params(name));
  }

  switch_current(root_.path(), "2026-10");

  EXPECT_EQ(current_content(), "2026-10");
  EXPECT_THROW(switch_current(root_.path(), "2026-09"), InputError);
  EXPECT_EQ(current_content(), "2026-10");
}

TEST_F(PublishTest, CompletingAPublicationSwitchesACurrentThatLeadsNowhereOnly) {
  for (const char* name : {"2026-10", "2026-11"}) {
    stage(name, name);
    publish_snapshot(params(name));
  }

  EXPECT_EQ(complete_publication(root_.path(), "2026-10"), CurrentState::kLeft);
  EXPECT_EQ(current_content(), "2026-11");

  fs::remove(root_ / "current");
  EXPECT_EQ(complete_publication(root_.path(), "2026-10"), CurrentState::kSwitched);
  EXPECT_EQ(current_content(), "2026-10");

  fs::remove(root_ / "current");
  fs::create_directory_symlink("2026-09", root_ / "current");
  EXPECT_EQ(complete_publication(root_.path(), "2026-11"), CurrentState::kSwitched);
  EXPECT_EQ(current_content(), "2026-11");
}

TEST_F(PublishTest, CurrentThatIsNoLinkIsRefusedBeforeThereIsAnythingToPublish) {
  EXPECT_NO_THROW(require_switchable_current(root_.path()));
  fs::create_directory(root_ / "current");

  EXPECT_THROW(require_switchable_current(root_.path()), StorageError);
  EXPECT_THROW(complete_publication(root_.path(), "2026-11"), StorageError);
  EXPECT_TRUE(fs::is_directory(root_ / "current"));
}

TEST_F(PublishTest, ANameIsFreeOrThatOfASnapshotOrRefused) {
  EXPECT_NO_THROW(require_free_or_published(root_.path(), "2026-11"));
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  EXPECT_NO_THROW(require_free_or_published(root_.path(), "2026-11"));

  fs::create_directory(root_ / "2026-12");
  put_file(root_ / "2027-01", "a file");
  fs::create_symlink("nowhere", root_ / "2027-02");
  for (const char* name : {"2026-12", "2027-01", "2027-02"})
    EXPECT_THROW(require_free_or_published(root_.path(), name), StorageError) << name;
}

TEST_F(PublishTest, ResolveFindsASnapshotFolderOrTheCurrentOne) {
  EXPECT_THROW(resolve_snapshot(root_.path()), InputError);
  stage("2026-11", "one");
  publish_snapshot(params("2026-11"));
  const fs::path expected = fs::canonical(root_ / "2026-11");

  EXPECT_EQ(resolve_snapshot(root_.path()), expected);
  EXPECT_EQ(resolve_snapshot(root_ / "2026-11"), expected);
  EXPECT_EQ(resolve_snapshot(root_ / "current"), expected);
}

}  // namespace
}  // namespace linktrail
