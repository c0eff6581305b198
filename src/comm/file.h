// Parallel binary files by MPI-IO: every rank writes its own byte ranges of one file.
//
// All functions are collective. A failure on any rank becomes the same AgreedError with
// ExitCode::kStorage on every rank; its text names the path and the operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "comm/communicator.h"

namespace linktrail::comm {

class ParallelFile {
 public:
  // Creates `path`, or empties it. Its folder must exist and be visible to every rank.
  ParallelFile(std::string path, const Communicator& comm);
  ~ParallelFile();  // without close(): closes unchecked; during an exception leaves the handle open
  ParallelFile(const ParallelFile&) = delete;
  ParallelFile& operator=(const ParallelFile&) = delete;

  // Writes this rank's `bytes` at `offset`. Any size, also empty; the ranges of different ranks must not
  // overlap. `chunk_bytes` bounds one MPI call and is equal on all ranks; tests lower it.
  void write_at_all(std::uint64_t offset, std::span<const std::byte> bytes, std::uint64_t chunk_bytes = kChunkBytes);

  // Sets the length of the file to `bytes`, equal on all ranks.
  void set_size(std::uint64_t bytes);

  // Forces the data to storage and closes. No other call may follow.
  void close();

  // Well below 2^31, the limit of one MPI-IO call.
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 28;

 private:
  struct Native;
  void agree(int code, const char* operation);

  std::string path_;
  Communicator comm_;
  std::unique_ptr<Native> native_;
};

}  // namespace linktrail::comm
