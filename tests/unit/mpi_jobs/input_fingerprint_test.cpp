#include "mpi_jobs/input_fingerprint.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace linktrail::jobs {
namespace {

std::string digest_of(std::size_t file) { return std::string(64, static_cast<char>('a' + file)); }

// What the ranks gather, each its own files in their order.
std::string gathered_from(std::size_t files, int ranks) {
  std::string text;
  for (int rank = 0; rank < ranks; ++rank)
    for (std::size_t file = 0; file < files; ++file)
      if (hashes_file(file, rank, ranks)) text += digest_of(file);
  return text;
}

TEST(HashesFile, GivesEveryFileToOneRank) {
  for (const int ranks : {1, 2, 3, 5})
    for (std::size_t file = 0; file < 12; ++file) {
      int owners = 0;
      for (int rank = 0; rank < ranks; ++rank) owners += hashes_file(file, rank, ranks) ? 1 : 0;
      EXPECT_EQ(owners, 1) << "file " << file << " of " << ranks << " ranks";
    }
}

TEST(DigestsInFileOrder, AreThoseOfTheFilesForAnyNumberOfFilesAndRanks) {
  for (const int ranks : {1, 2, 3, 5, 9})
    for (std::size_t files = 0; files < 12; ++files) {
      const auto digests = digests_in_file_order(gathered_from(files, ranks), files, ranks);

      ASSERT_EQ(digests.size(), files);
      for (std::size_t file = 0; file < files; ++file) EXPECT_EQ(digests[file], digest_of(file));
    }
}

TEST(DigestsInFileOrder, RefusesAWrongLength) {
  EXPECT_THROW(digests_in_file_order(std::string(63, 'a'), 1, 1), std::logic_error);
  EXPECT_THROW(digests_in_file_order(digest_of(0), 2, 2), std::logic_error);
}

}  // namespace
}  // namespace linktrail::jobs
