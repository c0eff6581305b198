#include "comm/file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "support/file_size_limit.h"
#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;
using testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Rank r writes r * 7 times the letter of its rank, so rank 0 writes nothing.
std::string part_of(int rank) { return std::string(static_cast<std::size_t>(rank) * 7, static_cast<char>('a' + rank)); }

TEST(ParallelFile, RanksWriteOneFileInAnyNumberOfChunks) {
  const test::SharedFolder folder;
  std::string whole;
  for (int r = 0; r < world().size(); ++r) whole += part_of(r);
  const std::string mine = part_of(world().rank());
  const std::uint64_t offset = exclusive_scan(mine.size(), world());
  for (const std::uint64_t chunk : {std::uint64_t{2}, std::uint64_t{5}, ParallelFile::kChunkBytes}) {
    const std::string path = folder.file(std::to_string(chunk));
    ParallelFile file(path, world());

    file.write_at_all(offset, std::as_bytes(std::span(mine)), chunk);
    file.close();

    EXPECT_EQ(content_of(path), whole);
  }
}

TEST(ParallelFile, EmptiesAnOlderFileAndSetsItsSize) {
  const test::SharedFolder folder;
  const std::string path = folder.file("old");
  if (world().is_root()) std::ofstream(path) << "something longer than before";
  barrier(world());

  ParallelFile file(path, world());
  file.set_size(3);
  file.close();

  EXPECT_EQ(content_of(path), std::string(3, '\0'));
}

TEST(AgreedOutputPath, IsWhereALinkLeadsOnEveryRank) {
  const test::SharedFolder folder;
  if (world().is_root()) std::filesystem::create_symlink("target", folder.file("link"));
  barrier(world());

  EXPECT_EQ(agreed_output_path(folder.file("link"), world()), folder.file("target"));
  EXPECT_EQ(agreed_output_path(folder.file("new"), world()), folder.file("new"));
}

TEST(AgreedOutputPath, ThatIsADeviceIsOneStorageFaultOnAllRanks) {
  try {
    agreed_output_path("/dev/null", world());
    ADD_FAILURE() << "no exception";
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kStorage);
    EXPECT_THAT(error.what(), HasSubstr("/dev/null: is a device"));
  }
}

TEST(ParallelFile, UnwritablePathIsOneStorageFaultOnAllRanks) {
  const test::SharedFolder folder;
  const std::string path = folder.file("missing/file");
  try {
    ParallelFile file(path, world());
    ADD_FAILURE() << "no exception";
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kStorage);
    EXPECT_THAT(error.what(), HasSubstr(path));
    EXPECT_THAT(error.what(), HasSubstr("MPI_File_open"));
  }
}

TEST(ParallelFile, FullDiskIsAStorageFault) {
  if (!std::filesystem::exists("/dev/full")) return;
  const std::string text(100, 'x');

  EXPECT_THROW(
      {
        ParallelFile file("/dev/full", world());
        file.write_at_all(0, std::as_bytes(std::span(text)));
      },
      AgreedError);
}

template <class Work>
void expect_storage_fault(const std::string& path, Work&& work) {
  try {
    work();
    ADD_FAILURE() << "no exception";
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kStorage);
    EXPECT_THAT(error.what(), HasSubstr(path));
  }
}

constexpr std::size_t kPartBytes = 60000;

std::uint64_t part_begin() { return static_cast<std::uint64_t>(world().rank()) * kPartBytes; }

TEST(ParallelFile, SizeThatTheDiskCannotHoldIsAFaultBeforeAnythingIsWritten) {
  const test::SharedFolder folder;
  const std::string path = folder.file("large");

  expect_storage_fault(path, [&] {
    ParallelFile file(path, world());
    const test::FileSizeLimit limit(kPartBytes);
    file.set_size(2 * kPartBytes);
  });
}

// Only the last rank meets the end of the disk; the others must neither wait for it nor pass.
TEST(ParallelFile, DiskThatFillsInTheMiddleIsAFaultOnAllRanks) {
  const test::SharedFolder folder;
  const std::string path = folder.file("large");
  const std::string text(kPartBytes, 'x');

  expect_storage_fault(path, [&] {
    ParallelFile file(path, world());
    const test::FileSizeLimit limit(static_cast<rlim_t>(world().size()) * kPartBytes - 100);
    file.write_at_all(part_begin(), std::as_bytes(std::span(text)));
  });
}

TEST(ParallelFile, BytesThatTheDiskChangedAreAFaultOfClose) {
  const test::SharedFolder folder;
  const std::string path = folder.file("changed");
  const std::string text(kPartBytes, 'x');

  expect_storage_fault(path, [&] {
    ParallelFile file(path, world());
    file.write_at_all(part_begin(), std::as_bytes(std::span(text)));
    barrier(world());
    if (world().is_root()) std::fstream(path, std::ios::in | std::ios::out).seekp(kPartBytes / 2) << 'y';
    barrier(world());
    file.close();
  });
}

}  // namespace
}  // namespace linktrail::comm
