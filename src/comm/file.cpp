#include "comm/file.h"

#include <mpi.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <string_view>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "core/checked_cast.h"
#include "core/disk_space.h"
#include "core/hash.h"
#include "core/output_path.h"

namespace linktrail::comm {

struct ParallelFile::Native {
  // Closing is collective: while an exception unwinds one rank, the others may not come here, so the
  // handle is then left to the end of the process.
  ~Native() {
    if (file != MPI_FILE_NULL && std::uncaught_exceptions() == 0) MPI_File_close(&file);
  }
  MPI_File file = MPI_FILE_NULL;
};

namespace {

// The bytes that one digest covers, and that reading back holds in memory.
constexpr std::uint64_t kDigestBytes = std::uint64_t{4} << 20;

// A short write, which MPI reports only in the status, is an error too.
int write_chunk(MPI_File file, MPI_Offset offset, std::span<const std::byte> chunk) {
  MPI_Status status;
  const int count = checked_cast<int>(chunk.size());
  const int code = MPI_File_write_at(file, offset, chunk.data(), count, MPI_BYTE, &status);
  if (code != MPI_SUCCESS || count == 0) return code;
  int written = 0;
  MPI_Get_count(&status, MPI_BYTE, &written);
  return written == count ? MPI_SUCCESS : MPI_ERR_NO_SPACE;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string agreed_output_path(const std::string& path, const Communicator& comm) {
  std::string target;
  agreed_on_root(comm, [&] { target = output_path(path).string(); });
  return broadcast(std::move(target), 0, comm);
}

void ParallelFile::agree(int code, const char* operation) {
  std::optional<LocalFault> fault;
  if (code != MPI_SUCCESS)
    fault = LocalFault{ExitCode::kStorage,
                       fmt::format("{}: {} failed: {}; check that the folder exists, is writable and has space", path_,
                                   operation, detail::mpi_error_text(code))};
  agree_on_fault(fault, comm_);
}

ParallelFile::ParallelFile(std::string path, const Communicator& comm)
    : path_(std::move(path)), comm_(comm), native_(std::make_unique<Native>()) {
  agree(MPI_File_open(comm_.native().boost, path_.c_str(), MPI_MODE_CREATE | MPI_MODE_WRONLY, MPI_INFO_NULL,
                      &native_->file),
        "MPI_File_open");
  set_size(0);
}

ParallelFile::~ParallelFile() = default;

void ParallelFile::write_at_all(std::uint64_t offset, std::span<const std::byte> bytes, std::uint64_t chunk_bytes) {
  int code = MPI_SUCCESS;
  for (std::uint64_t begin = 0; begin < bytes.size() && code == MPI_SUCCESS; begin += chunk_bytes) {
    const auto chunk = bytes.subspan(begin, std::min<std::uint64_t>(chunk_bytes, bytes.size() - begin));
    code = write_chunk(native_->file, checked_cast<MPI_Offset>(offset + begin), chunk);
  }
  agree(code, "MPI_File_write_at");
  written_.push_back(
      {offset, bytes.size(), hash_pieces(bytes.size(), kDigestBytes, [&](std::uint64_t begin, std::uint64_t count) {
         return as_text(bytes.subspan(begin, count));
       })});
}

void ParallelFile::set_size(std::uint64_t bytes) {
  agree(MPI_File_set_size(native_->file, checked_cast<MPI_Offset>(bytes)), "MPI_File_set_size");
  agreed_on_root(comm_, [&] { reserve_space(path_, 0, bytes); });
}

void ParallelFile::expect_written() const {
  std::ifstream file(path_, std::ios::binary);
  std::string piece;
  for (const Range& range : written_) {
    file.seekg(checked_cast<std::streamoff>(range.offset));
    const std::uint64_t found =
        hash_pieces(range.bytes, kDigestBytes, [&](std::uint64_t, std::uint64_t count) -> std::string_view {
          piece.resize(count);
          file.read(piece.data(), checked_cast<std::streamsize>(count));
          return piece;
        });
    if (!file || found != range.digest)
      throw StorageError(
          fmt::format("{}: {} bytes at offset {} are not what was written; check the disk's space, quota "
                      "and health",
                      path_, range.bytes, range.offset));
  }
}

void ParallelFile::close() {
  agree(MPI_File_sync(native_->file), "MPI_File_sync");
  agree(MPI_File_close(&native_->file), "MPI_File_close");
  agreed(comm_, [&] { expect_written(); });
}

}  // namespace linktrail::comm
