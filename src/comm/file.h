// Parallel binary files by MPI-IO: every rank writes its own byte ranges of one file.
//
// All functions are collective. A failure on any rank becomes the same AgreedError with
// ExitCode::kStorage on every rank; its text names the path and the operation. Return codes alone are not
// trusted: space is reserved before it is written, and close() reads back what was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.h"

namespace linktrail::comm {

// Collective. The output_path() that rank 0 finds, on every rank: a link that changes meanwhile must not part them.
// Throws AgreedError (storage) as output_path does.
std::string agreed_output_path(const std::string& path, const Communicator& comm);

class ParallelFile {
 public:
  // Creates `path`, or empties it. Its folder must exist and be visible to every rank.
  ParallelFile(std::string path, const Communicator& comm);
  ~ParallelFile();  // without close(): closes unchecked; during an exception leaves the handle open
  ParallelFile(const ParallelFile&) = delete;
  ParallelFile& operator=(const ParallelFile&) = delete;

  // Writes this rank's `bytes` at `offset`. Any size, also empty; the ranges of different ranks must not
  // overlap. `chunk_bytes` bounds one MPI call; tests lower it. The ranks write independently: their ranges are large
  // and whole, so gathering them would only copy, and a failed rank leaves none waiting.
  void write_at_all(std::uint64_t offset, std::span<const std::byte> bytes, std::uint64_t chunk_bytes = kChunkBytes);

  // Sets the length of the file to `bytes`, equal on all ranks, and takes that much of the disk.
  void set_size(std::uint64_t bytes);

  // Forces the data to storage, closes, and compares every range with what was written. No other call may follow.
  void close();

  // Well below 2^31, the limit of one MPI-IO call.
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 28;

 private:
  struct Native;
  struct Range {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t digest = 0;
  };
  void agree(int code, const char* operation);
  void expect_written() const;

  std::string path_;
  Communicator comm_;
  std::unique_ptr<Native> native_;
  std::vector<Range> written_;  // by this rank
};

}  // namespace linktrail::comm
