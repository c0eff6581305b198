#include "snapshot/sha256.h"

#include <vector>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"

namespace linktrail {
namespace {

// The test vector of FIPS 180-4.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_of("abc"), kAbc);
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, OfAFileEqualsThatOfItsBytes) {
  const TemporaryFolder folder;
  const std::string large(3'000'001, 'x');  // three blocks, the last one short
  put_file(folder / "abc", "abc");
  put_file(folder / "large", large);

  EXPECT_EQ(sha256_of_file(folder / "abc"), kAbc);
  EXPECT_EQ(sha256_of_file(folder / "large"), sha256_of(large));
}

TEST(Sha256, OfFilesDependsOnContentAndOrderButNotOnNames) {
  const TemporaryFolder folder;
  put_file(folder / "a", "one");
  put_file(folder / "b", "two");
  put_file(folder / "elsewhere/c", "one");
  const std::vector<std::filesystem::path> ab{folder / "a", folder / "b"}, cb{folder / "elsewhere/c", folder / "b"},
      ba{folder / "b", folder / "a"};

  EXPECT_EQ(sha256_of_files(ab), sha256_of_files(cb));
  EXPECT_NE(sha256_of_files(ab), sha256_of_files(ba));
}

TEST(Sha256, OfPartsTellsWhereAPartEnds) {
  const std::vector<std::string> first{"ab", "c"}, second{"a", "bc"};

  EXPECT_NE(sha256_of_parts(first), sha256_of_parts(second));
}

TEST(Sha256, MissingFileOrFolderIsAnInputError) {
  const TemporaryFolder folder;

  EXPECT_THROW(sha256_of_file(folder / "none"), InputError);
  EXPECT_THROW(sha256_of_file(folder.path()), InputError);
}

}  // namespace
}  // namespace linktrail
