#include "snapshot/stage_ledger.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

using testing::HasSubstr;
using testing::Optional;

class StageLedgerTest : public testing::Test {
 protected:
  StageLedgerTest() {
    put_file(folder_ / "out/a.bin", "12345");
    ledger_.record("train", "key-1", std::vector<std::filesystem::path>{"out/a.bin"});
  }

  TemporaryFolder folder_;
  StageLedger ledger_{folder_.path()};
};

TEST_F(StageLedgerTest, UnchangedStageIsCurrent) {
  EXPECT_TRUE(ledger_.is_current("train", "key-1"));
  EXPECT_TRUE(ledger_.is_current("train", "key-1", FileCheck::kHash));
}

TEST_F(StageLedgerTest, OtherKeyOrUnknownStageIsStale) {
  EXPECT_THAT(ledger_.why_stale("train", "key-2"), Optional(HasSubstr("changed")));
  EXPECT_THAT(ledger_.why_stale("index", "key-1"), Optional(HasSubstr("no record")));
}

TEST_F(StageLedgerTest, MissingOrResizedOutputIsStale) {
  put_file(folder_ / "out/a.bin", "1234");
  EXPECT_THAT(ledger_.why_stale("train", "key-1"), Optional(HasSubstr("expected 5 bytes, found 4")));

  std::filesystem::remove(folder_ / "out/a.bin");
  EXPECT_THAT(ledger_.why_stale("train", "key-1"), Optional(HasSubstr("out/a.bin: missing")));
}

TEST_F(StageLedgerTest, ChangedContentOfTheSameSizeIsSeenOnlyByHash) {
  put_file(folder_ / "out/a.bin", "12346");

  EXPECT_TRUE(ledger_.is_current("train", "key-1", FileCheck::kSize));
  EXPECT_FALSE(ledger_.is_current("train", "key-1", FileCheck::kHash));
}

TEST_F(StageLedgerTest, DamagedOrNewerRecordCountsAsAbsent) {
  put_file(folder_ / "train.done.json", "{\"key\": \"key-1\"");
  EXPECT_FALSE(ledger_.is_current("train", "key-1"));

  put_file(folder_ / "train.done.json",
           R"({"format_name":"linktrail-stage","format_version":2,"key":"key-1","outputs":[]})");
  EXPECT_FALSE(ledger_.is_current("train", "key-1"));
}

TEST_F(StageLedgerTest, ForgottenStageIsStaleAndForgettingTwiceIsFine) {
  ledger_.forget("train");
  ledger_.forget("train");

  EXPECT_FALSE(ledger_.is_current("train", "key-1"));
}

TEST_F(StageLedgerTest, TheDigestOfARecordFollowsKeyAndOutputs) {
  const std::vector<std::filesystem::path> outputs{"out/a.bin"};
  const std::string first = ledger_.record_digest("train");
  ledger_.record("train", "key-1", outputs);
  EXPECT_EQ(ledger_.record_digest("train"), first);

  ledger_.record("train", "key-2", outputs);
  EXPECT_NE(ledger_.record_digest("train"), first);

  put_file(folder_ / "out/a.bin", "54321");
  ledger_.record("train", "key-1", outputs);
  EXPECT_NE(ledger_.record_digest("train"), first);

  ledger_.forget("train");
  EXPECT_EQ(ledger_.record_digest("train"), "");
}

TEST_F(StageLedgerTest, RecordOfAMissingOutputThrowsAndKeepsTheOldRecord) {
  const std::vector<std::filesystem::path> missing{"out/none"};

  EXPECT_THROW(ledger_.record("train", "key-2", missing), InputError);
  EXPECT_TRUE(ledger_.is_current("train", "key-1"));
}

TEST(StageLedger, FolderBelowAFileIsAStorageError) {
  const TemporaryFolder folder;
  put_file(folder / "file", "");

  EXPECT_THROW(StageLedger(folder / "file/run").record("train", "key", {}), StorageError);
}

TEST(StageKey, ChangesWithEveryPart) {
  const std::vector<std::string> one{"inputs", "config"}, other{"inputs", "config2"};

  EXPECT_EQ(stage_key(one), stage_key(one));
  EXPECT_NE(stage_key(one), stage_key(other));
}

}  // namespace
}  // namespace linktrail
