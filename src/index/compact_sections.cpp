#include "index/compact_sections.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/hash.h"

namespace linktrail {

SectionFile::SectionFile(const std::filesystem::path& path)
    : path_(path), out_(path, std::ios::binary | std::ios::trunc) {
  const std::string room(align_section(sizeof(CompactHeader)), '\0');
  out_.write(room.data(), static_cast<std::streamsize>(room.size()));
  at_ = room.size();
}

void SectionFile::begin() {
  hash_ = 0;
  begin_ = at_;
}

void SectionFile::write(const void* bytes, std::size_t count) {
  block_.append(static_cast<const char*>(bytes), count);
  at_ += count;
  for (; block_.size() >= kCompactHashBlock; block_.erase(0, kCompactHashBlock)) flush(kCompactHashBlock);
}

CompactExtent SectionFile::end(std::uint64_t more) {
  const std::uint64_t bytes = at_ - begin_;
  const std::string padding(align_section(at_) - at_ + more, '\0');
  write(padding.data(), padding.size());
  if (!block_.empty()) flush(block_.size());
  block_.clear();
  return {.offset = begin_, .bytes = bytes, .hash = hash_};
}

void SectionFile::finish(const CompactHeader& header) {
  out_.seekp(0);
  out_.write(reinterpret_cast<const char*>(&header), sizeof header);
  out_.close();
  if (!out_) throw StorageError(fmt::format("{}: cannot write the index; check space and permissions", path_.string()));
}

void SectionFile::flush(std::size_t count) {
  const std::string_view block = std::string_view(block_).substr(0, count);
  hash_ = hash_bytes(block, hash_);
  out_.write(block.data(), static_cast<std::streamsize>(block.size()));
}

}  // namespace linktrail
