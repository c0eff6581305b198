// A disk that is full, or that loses what it was given, is one storage fault on all ranks: no file takes the final
// name, and an older one stays. Open MPI 4.1 loses the error of the writing rank, so a return code alone would not
// tell.
#include <gmock/gmock.h>

#include <fstream>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "h5/h5_reader.h"
#include "h5/h5_writer.h"
#include "support/file_size_limit.h"
#include "support/mpi_test.h"

namespace linktrail::h5 {
namespace {

using test::agreed_fault;
using test::FileSizeLimit;
using test::SharedFolder;
using test::world;
using testing::HasSubstr;

constexpr std::uint64_t kRows = 1000;
constexpr std::uint64_t kColumns = 100;
constexpr std::uint64_t kVectorBytes = kRows * kColumns * sizeof(float);

void write_vectors(H5Writer& writer, float value, Storage storage = Storage::kContiguous) {
  const auto ranks = static_cast<std::uint64_t>(world().size());
  const auto rank = static_cast<std::uint64_t>(world().rank());
  const std::uint64_t begin = kRows * rank / ranks;
  const std::uint64_t end = kRows * (rank + 1) / ranks;
  const std::vector<float> rows((end - begin) * kColumns, value);
  writer.write_rows<float>("vectors", rows, {.begin = begin, .total = kRows, .columns = kColumns},
                           {.storage = storage});
}

template <class Work>
void expect_storage_fault(const std::string& path, Work&& work) {
  const auto fault = agreed_fault(std::forward<Work>(work));
  EXPECT_ON_ALL_RANKS(fault && fault->code() == ExitCode::kStorage);
  EXPECT_THAT(fault ? fault->what() : "no fault", HasSubstr(path));
  comm::barrier(world());
  EXPECT_ON_ALL_RANKS(!std::filesystem::exists(path + ".partial"));
}

// Changes the first float of `value` in the file to another.
void damage(const std::string& path, float value) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  float found = 0;
  std::streamoff at = 0;
  for (; file.read(reinterpret_cast<char*>(&found), sizeof found) && found != value; at += sizeof found) {
  }
  ASSERT_TRUE(file) << "nothing to damage";
  found = value + 1;
  file.seekp(at);
  file.write(reinterpret_cast<const char*>(&found), sizeof found);
}

TEST(H5FullDisk, RoomForTheHeaderOnlyIsAFaultBeforeTheRowsAreWritten) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  for (const Storage storage : {Storage::kContiguous, Storage::kCompressed}) {
    expect_storage_fault(path, [&] {
      const FileSizeLimit limit(kVectorBytes / 2);
      H5Writer writer(path, world());
      write_vectors(writer, 1.5F, storage);
      writer.finish();
    });
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(H5FullDisk, NoRoomAtAllIsAFaultOfTheConstructor) {
  const SharedFolder folder;
  const FileSizeLimit limit(1000);

  expect_storage_fault(folder.file("out.h5"), [&] { H5Writer writer(folder.file("out.h5"), world()); });
}

TEST(H5FullDisk, AnOlderFileStays) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  {
    H5Writer writer(path, world());
    write_vectors(writer, 1.5F);
    writer.finish();
  }
  expect_storage_fault(path, [&] {
    const FileSizeLimit limit(kVectorBytes / 2);
    H5Writer writer(path, world());
    write_vectors(writer, 2.5F);
    writer.finish();
  });

  EXPECT_EQ(H5Reader(path).read_rows<float>("vectors", kRows - 1, 1).front(), 1.5F);
}

TEST(H5FullDisk, AfterAFaultTheNextFileIsWritten) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  expect_storage_fault(path, [&] {
    const FileSizeLimit limit(kVectorBytes / 2);
    H5Writer writer(path, world());
    write_vectors(writer, 1.5F);
  });
  H5Writer writer(path, world());
  write_vectors(writer, 2.5F);
  writer.finish();

  EXPECT_EQ(H5Reader(path).read_rows<float>("vectors", 0, 1).front(), 2.5F);
}

TEST(H5FullDisk, ReservedRoomIsGivenBackAtTheEnd) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  H5Writer writer(path, world());
  write_vectors(writer, 1.5F);
  writer.finish();

  EXPECT_LT(std::filesystem::file_size(path), kVectorBytes + 8192);
}

TEST(H5FullDisk, BytesThatTheDiskChangedAreFoundBeforeTheRename) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  expect_storage_fault(path, [&] {
    H5Writer writer(path, world());
    write_vectors(writer, 1.5F);
    comm::barrier(world());
    if (world().is_root()) damage(path + ".partial", 1.5F);
    comm::barrier(world());
    writer.finish();
  });

  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace linktrail::h5
