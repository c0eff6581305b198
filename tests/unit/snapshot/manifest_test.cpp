#include "snapshot/manifest.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Manifest example() {
  Manifest manifest;
  manifest.producer = "linktrail 0.1.0";
  manifest.git = "abc123-dirty";
  manifest.created = "2026-11-23T19:36:00Z";
  manifest.run_id = "r1";
  manifest.ranks = 4;
  manifest.inputs = {{"sessions", "data/s.gz", 12, "aa"}};
  manifest.config = {{"zebra", 1}, {"ant", {{"dim", 50}}}};
  manifest.versions = {{"mpi", "4.1.4"}};
  manifest.metrics = {{"recall_at_10", 0.99}};
  manifest.gates = {{"recall_at_10", 0.99, 0.98, true}};
  manifest.files = {{"reader/embeddings.h5", 3, "bb"}};
  return manifest;
}

std::string message_of(const Json& json) {
  try {
    manifest_from_json(json, "m.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Manifest, SavedAndLoadedIsTheSame) {
  const TemporaryFolder folder;
  const Manifest manifest = example();

  save_manifest(folder.path(), manifest);

  EXPECT_EQ(manifest_to_json(load_manifest(folder.path())).dump(), manifest_to_json(manifest).dump());
}

TEST(Manifest, KeepsTheOrderOfKeysOnDisk) {
  const TemporaryFolder folder;
  save_manifest(folder.path(), example());

  const std::string text = get_file(folder / "manifest.json");

  EXPECT_EQ(text.find("{\n  \"format_name\": \"linktrail-snapshot\",\n  \"format_version\": \"1.0\",\n"), 0U);
  EXPECT_LT(text.find("zebra"), text.find("ant"));
  EXPECT_EQ(text.back(), '\n');
}

TEST(Manifest, NewerMinorVersionWithUnknownKeysIsRead) {
  Json json = manifest_to_json(example());
  json["format_version"] = "1.7";
  json["novelty"] = true;

  EXPECT_EQ(manifest_from_json(json, "m.json").version_minor, 7);
}

TEST(Manifest, UnknownMajorVersionIsRefusedWithBothVersions) {
  Json json = manifest_to_json(example());
  json["format_version"] = "2.0";

  EXPECT_THAT(message_of(json), AllOf(HasSubstr("m.json"), HasSubstr("expected 1.x"), HasSubstr("'2.0'"),
                                      HasSubstr("release that wrote")));
}

TEST(Manifest, MalformedVersionsAreRefused) {
  for (const char* version : {"", "1", "1.", ".1", "one.two", "1.0beta"}) {
    Json json = manifest_to_json(example());
    json["format_version"] = version;
    EXPECT_THAT(message_of(json), HasSubstr("malformed")) << version;
  }
}

TEST(Manifest, OtherFormatMissingKeyAndWrongTypeAreRefused) {
  Json other = manifest_to_json(example()), missing = other, mistyped = other;
  other["format_name"] = "something-else";
  missing.erase("files");
  mistyped["ranks"] = "four";

  EXPECT_THAT(message_of(other), HasSubstr("not a snapshot's manifest"));
  EXPECT_THAT(message_of(missing), HasSubstr("files"));
  EXPECT_THAT(message_of(mistyped), HasSubstr("not complete"));
  EXPECT_THAT(message_of(Json::array()), HasSubstr("not complete"));
}

TEST(Manifest, InvalidJsonAndMissingFileAreInputErrors) {
  const TemporaryFolder folder;
  EXPECT_THROW(load_manifest(folder.path()), InputError);

  put_file(folder / "manifest.json", "{");
  EXPECT_THROW(load_manifest(folder.path()), InputError);
}

TEST(Manifest, GateValueThatIsNotANumberStaysNotANumber) {
  const TemporaryFolder folder;
  Manifest manifest = example();
  manifest.gates = {{"mrr", std::numeric_limits<double>::quiet_NaN(), 0.1, false}};
  save_manifest(folder.path(), manifest);

  const Manifest loaded = load_manifest(folder.path());

  EXPECT_TRUE(std::isnan(loaded.gates.at(0).value));
  EXPECT_FALSE(loaded.gates.at(0).passed);
}

TEST(RecordFolder, ListsAllFilesButTheManifestSorted) {
  const TemporaryFolder folder;
  put_file(folder / "z", "zz");
  put_file(folder / "a/b", "b");
  put_file(folder / "manifest.json", "{}");

  const std::vector<FileRecord> files = record_folder(folder.path());

  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].path, "a/b");
  EXPECT_EQ(files[1].path, "z");
  EXPECT_EQ(files[1].bytes, 2U);
}

TEST(RemoveOthers, LeavesWhatIsKeptAndTheManifestAndNoEmptyFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"kept/a", "kept/b", "gone/c", "top", "manifest.json"}) put_file(folder / name, "1");

  remove_others(folder.path(), std::vector<std::filesystem::path>{"kept/a"});

  EXPECT_THAT(record_folder(folder.path()), ElementsAre(Field(&FileRecord::path, "kept/a")));
  EXPECT_TRUE(std::filesystem::exists(folder / "manifest.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "gone"));
}

TEST(Verify, FindsMissingResizedAndChangedFiles) {
  const TemporaryFolder folder;
  for (const char* name : {"changed", "good", "missing", "resized"}) put_file(folder / name, "1234");
  Manifest manifest = example();
  manifest.files = record_folder(folder.path());
  EXPECT_THAT(verify(folder.path(), manifest), IsEmpty());

  put_file(folder / "changed", "1235");
  put_file(folder / "resized", "123");
  std::filesystem::remove(folder / "missing");

  const std::vector<FileProblem> by_hash = verify(folder.path(), manifest);
  ASSERT_THAT(by_hash, SizeIs(3));
  EXPECT_EQ(by_hash[0].path, "changed");
  EXPECT_THAT(by_hash[0].what, HasSubstr("content differs"));
  EXPECT_THAT(by_hash[1].what, HasSubstr("missing"));
  EXPECT_THAT(by_hash[2].what, HasSubstr("expected 4 bytes, found 3"));
  EXPECT_THAT(verify(folder.path(), manifest, FileCheck::kSize), SizeIs(2));
}

TEST(Iso8601, PrintsUtc) {
  EXPECT_EQ(iso8601_utc(std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000))),
            "2001-09-09T01:46:40Z");
}

}  // namespace
}  // namespace linktrail
