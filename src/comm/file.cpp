#include "comm/file.h"

#include <mpi.h>

#include <algorithm>
#include <exception>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "core/checked_cast.h"

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

// One collective write. A short write, which MPI reports only in the status, is an error too.
int write_chunk(MPI_File file, MPI_Offset offset, std::span<const std::byte> chunk) {
  MPI_Status status;
  const int count = checked_cast<int>(chunk.size());
  const int code = MPI_File_write_at_all(file, offset, chunk.data(), count, MPI_BYTE, &status);
  if (code != MPI_SUCCESS || count == 0) return code;
  int written = 0;
  MPI_Get_count(&status, MPI_BYTE, &written);
  return written == count ? MPI_SUCCESS : MPI_ERR_NO_SPACE;
}

}  // namespace

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
  const std::uint64_t mine = (bytes.size() + chunk_bytes - 1) / chunk_bytes;
  const std::uint64_t rounds = all_reduce(mine, ReduceOp::kMax, comm_);
  int first_failure = MPI_SUCCESS;  // a failed rank stays in the loop, or the others would wait for it
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t begin = std::min<std::uint64_t>(round * chunk_bytes, bytes.size());
    const auto chunk = bytes.subspan(begin, std::min<std::uint64_t>(chunk_bytes, bytes.size() - begin));
    const int code = write_chunk(native_->file, checked_cast<MPI_Offset>(offset + begin), chunk);
    if (first_failure == MPI_SUCCESS) first_failure = code;
  }
  agree(first_failure, "MPI_File_write_at_all");
}

void ParallelFile::set_size(std::uint64_t bytes) {
  agree(MPI_File_set_size(native_->file, checked_cast<MPI_Offset>(bytes)), "MPI_File_set_size");
}

void ParallelFile::close() {
  agree(MPI_File_sync(native_->file), "MPI_File_sync");
  agree(MPI_File_close(&native_->file), "MPI_File_close");
}

}  // namespace linktrail::comm
