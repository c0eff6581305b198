// The decompressed bytes of a file, block by block: plain, gzip, bzip2 or zstd.
//
// Members, streams and frames that follow each other in one file are joined. A stream whose end is
// missing is an error, never a short read: a cut download must not become a smaller corpus. Zero bytes behind the last
// gzip member are padding and ignored, as gzip does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "corpus/input_set.h"

namespace linktrail {

// A fault of the bytes themselves. The source does not know lines, so LineReader adds the position.
struct ByteFault {
  std::string what;
  std::string advice;
};

class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Fills the front of `out` and returns how much; 0 only at the end. Throws ByteFault once the bytes
  // before the fault have been handed out.
  virtual std::size_t read(std::span<char> out) = 0;

  // How many bytes of the file itself have been taken so far: for progress.
  virtual std::uint64_t file_bytes_read() const = 0;
};

// Opens `file`; plain files start at `begin`, compressed ones at their start. Throws ByteFault.
std::unique_ptr<ByteSource> open_bytes(const InputFile& file, std::uint64_t begin);

}  // namespace linktrail
