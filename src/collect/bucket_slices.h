// Buckets taken in slices by hash, so that a join holds a bounded part of one however large it is. A bucket is read
// once a slice: reading costs less than the memory that buckets small enough for any input would need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "collect/link_records.h"
#include "collect/record_store.h"

namespace linktrail {

struct Slice {
  std::size_t bucket = 0;
  std::uint64_t number = 0, count = 1;  // of the slices of the bucket

  // By bits that neither choose the bucket nor, in tables of usual size, the slot.
  bool holds(std::uint64_t hash) const { return (((hash & 0xffffffffU) * count) >> 32) == number; }
  bool is_last() const { return number + 1 == count; }
};

// The slices of all buckets, one after the other.
class SliceWalk {
 public:
  // A slice has about `slice_bytes` of a bucket.
  SliceWalk(std::size_t buckets, std::uint64_t slice_bytes) : buckets_(buckets), slice_bytes_(slice_bytes) {}

  std::size_t buckets() const { return buckets_; }
  bool ended() const { return slice_.bucket == buckets_; }
  // Of `bytes` that the bucket has now; as long as it is not left, its slices stay as they were.
  const Slice& enter(std::uint64_t bytes) {
    if (slice_.number == 0) slice_.count = std::max<std::uint64_t>(1, (bytes + slice_bytes_ - 1) / slice_bytes_);
    return slice_;
  }
  std::size_t bucket() const { return slice_.bucket; }
  void next() {
    slice_ = slice_.is_last() ? Slice{.bucket = slice_.bucket + 1}
                              : Slice{.bucket = slice_.bucket, .number = slice_.number + 1, .count = slice_.count};
  }
  // Buckets done, in parts of a bucket.
  double done() const {
    return static_cast<double>(slice_.bucket) + static_cast<double>(slice_.number) / static_cast<double>(slice_.count);
  }

 private:
  std::size_t buckets_;
  std::uint64_t slice_bytes_;
  Slice slice_;
};

// Replaces `chunk` by the next records of the slice and moves `offset`, which starts at 0; false when there are no
// more. Throws StorageError if scratch cannot be read.
template <class Record>
bool read_slice(const RecordStore& store, const Slice& slice, std::uint64_t& offset, std::vector<Record>& chunk) {
  constexpr std::size_t kChunk = (256UL << 10) / sizeof(Record);
  chunk.resize(kChunk);
  const std::size_t got =
      store.read(slice.bucket, offset, {reinterpret_cast<char*>(chunk.data()), kChunk * sizeof(Record)});
  offset += got;
  chunk.resize(got / sizeof(Record));
  if (slice.count > 1) std::erase_if(chunk, [&](const Record& record) { return !slice.holds(spread(record.key())); });
  return got > 0;
}

// Appends the records of the slice to `records`.
template <class Record>
void load_slice(const RecordStore& store, const Slice& slice, std::vector<Record>& records) {
  const std::uint64_t expected = store.bytes(slice.bucket) / sizeof(Record) / slice.count;
  records.reserve(records.size() + expected + expected / 8 + 64);  // chance makes slices differ a little
  std::vector<Record> chunk;
  for (std::uint64_t offset = 0; read_slice(store, slice, offset, chunk);)
    records.insert(records.end(), chunk.begin(), chunk.end());
}

template <class Record>
std::vector<Record> load_slice(const RecordStore& store, const Slice& slice) {
  std::vector<Record> records;
  load_slice(store, slice, records);
  return records;
}

}  // namespace linktrail
