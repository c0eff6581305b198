// The pieces that index.compact is written with: sections with their hashes, and numbers of any width.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "index/compact_format.h"

namespace linktrail {

// Writes sections one after the other, each with its hash, and the header at last.
class SectionFile {
 public:
  explicit SectionFile(const std::filesystem::path& path);

  void begin();
  void write(const void* bytes, std::size_t count);
  // The extent of the section begun, padded by zeros to its alignment and `more` bytes.
  CompactExtent end(std::uint64_t more);
  // Throws StorageError if not everything could be written.
  void finish(const CompactHeader& header);

 private:
  void flush(std::size_t count);

  std::filesystem::path path_;
  std::ofstream out_;
  std::string block_;  // of the section, not yet written
  std::uint64_t hash_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t at_ = 0;
};

// Packs numbers of `bits` bits, 1 to 63, from the lowest bit on; the last bytes are written at its end.
class BitWriter {
 public:
  BitWriter(SectionFile& file, std::uint32_t bits) : file_(file), bits_(bits) {}
  ~BitWriter() { file_.write(&pending_, (filled_ + 7) / 8); }
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;

  void write(std::uint64_t number) {
    pending_ |= number << filled_;
    const std::uint32_t taken = std::min(bits_, 64 - filled_);
    filled_ += taken;
    if (filled_ < 64) return;
    file_.write(&pending_, sizeof pending_);
    pending_ = taken < bits_ ? number >> taken : 0;
    filled_ = bits_ - taken;
  }

 private:
  SectionFile& file_;
  std::uint32_t bits_;
  std::uint64_t pending_ = 0;
  std::uint32_t filled_ = 0;
};

}  // namespace linktrail
