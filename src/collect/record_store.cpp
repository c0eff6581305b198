#include "collect/record_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/error.h"

namespace linktrail {

namespace {

constexpr std::uint64_t kFewestBlocks = 16;

[[noreturn]] void fail(const std::string& scratch, const char* what, int error) {
  throw StorageError(
      fmt::format("scratch folder {}: {} ({}); free space there, give another --scratch, or more --memory", scratch,
                  what, std::strerror(error)));
}

void write_all(int fd, std::span<const char> bytes, std::uint64_t offset, const std::string& scratch) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail(scratch, "cannot be written", wrote < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
}

void read_all(int fd, std::span<char> bytes, std::uint64_t offset, const std::string& scratch) {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(scratch, "cannot be read back", got < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace

BlockPool::BlockPool(std::uint64_t limit_bytes, std::string scratch)
    : limit_blocks_(std::max(kFewestBlocks, limit_bytes / kBlockBytes)), scratch_(std::move(scratch)) {}

BlockPool::Block BlockPool::take() {
  if (used_blocks_ >= limit_blocks_) {
    const auto largest = std::max_element(stores_.begin(), stores_.end(),
                                          [](const auto* a, const auto* b) { return a->blocks_ < b->blocks_; });
    (*largest)->spill();
  }
  ++used_blocks_;
  if (free_.empty()) return Block(new char[kBlockBytes]);
  Block block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void BlockPool::give_back(Block block) {
  --used_blocks_;
  free_.push_back(std::move(block));
}

RecordStore::RecordStore(std::size_t buckets, BlockPool& pool) : pool_(pool), buckets_(buckets) {
  pool_.stores_.push_back(this);
}

RecordStore::~RecordStore() {
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket)
    for (auto& block : buckets_[bucket].blocks) pool_.give_back(std::move(block));
  std::erase(pool_.stores_, this);
  if (fd_ >= 0) ::close(fd_);
}

void RecordStore::append(std::size_t index, std::span<const char> bytes) {
  Bucket& bucket = buckets_[index];
  while (!bytes.empty()) {
    const std::size_t used = (bucket.bytes - bucket.spilled) % BlockPool::kBlockBytes;
    if (used == 0) {
      BlockPool::Block block = pool_.take();  // may spill this very bucket
      bucket.blocks.push_back(std::move(block));
      ++blocks_;
    }
    const std::size_t start = (bucket.bytes - bucket.spilled) % BlockPool::kBlockBytes;
    const std::size_t part = std::min(bytes.size(), BlockPool::kBlockBytes - start);
    std::memcpy(bucket.blocks.back().get() + start, bytes.data(), part);
    bucket.bytes += part;
    bytes = bytes.subspan(part);
  }
}

std::size_t RecordStore::read(std::size_t index, std::uint64_t offset, std::span<char> out) const {
  const Bucket& bucket = buckets_[index];
  const std::size_t wanted = offset >= bucket.bytes ? 0 : std::min<std::uint64_t>(out.size(), bucket.bytes - offset);
  std::size_t done = 0;
  std::uint64_t begin = 0;  // of the extent, in the bucket
  for (const Extent& extent : bucket.extents) {
    const std::uint64_t from = offset + done - begin;
    if (done < wanted && offset + done >= begin && from < extent.bytes) {
      const std::size_t part = std::min<std::uint64_t>(wanted - done, extent.bytes - from);
      read_all(fd_, out.subspan(done, part), extent.offset + from, pool_.scratch());
      done += part;
    }
    begin += extent.bytes;
  }
  while (done < wanted) {
    const std::uint64_t at = offset + done - bucket.spilled;
    const std::size_t start = at % BlockPool::kBlockBytes;
    const std::size_t part = std::min(wanted - done, BlockPool::kBlockBytes - start);
    std::memcpy(out.data() + done, bucket.blocks[at / BlockPool::kBlockBytes].get() + start, part);
    done += part;
  }
  return done;
}

void RecordStore::drop(std::size_t index) {
  Bucket& bucket = buckets_[index];
  blocks_ -= bucket.blocks.size();
  for (auto& block : bucket.blocks) pool_.give_back(std::move(block));
#if defined(FALLOC_FL_PUNCH_HOLE)
  for (const Extent& extent : bucket.extents)  // best effort: the rest goes with the file
    ::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(extent.offset),
                static_cast<off_t>(extent.bytes));
#endif
  bucket = {};
}

void RecordStore::open_scratch() {
  std::string name = pool_.scratch() + "/linktrail-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);  // mode 0600
  if (fd_ < 0) fail(pool_.scratch(), "no file can be made there", errno);
  ::unlink(name.c_str());
}

void RecordStore::spill() {
  if (fd_ < 0) open_scratch();
  for (Bucket& bucket : buckets_) {
    if (bucket.blocks.empty()) continue;
    write_out(bucket);
    const std::uint64_t bytes = bucket.bytes - bucket.spilled;
    bucket.extents.push_back({file_end_, bytes});
    bucket.spilled = bucket.bytes;
    file_end_ += bytes;
    pool_.spilled_ += bytes;
    blocks_ -= bucket.blocks.size();
    for (auto& block : bucket.blocks) pool_.give_back(std::move(block));
    bucket.blocks.clear();
  }
}

// The blocks of the bucket, one behind the other at the end of the file.
void RecordStore::write_out(const Bucket& bucket) {
  std::uint64_t left = bucket.bytes - bucket.spilled, offset = file_end_;
  for (const auto& block : bucket.blocks) {
    const std::size_t part = std::min<std::uint64_t>(left, BlockPool::kBlockBytes);
    write_all(fd_, {block.get(), part}, offset, pool_.scratch());
    offset += part;
    left -= part;
  }
}

}  // namespace linktrail
