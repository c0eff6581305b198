// Records for the rank that owns their bucket: outboxes of bounded size on the way, then a store that spills. What
// moves them is a ShuffleRun.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collect/record_store.h"
#include "comm/communicator.h"

namespace linktrail::dist {

// Buckets 0 .. buckets-1, of which each rank owns a run.
struct BucketOwners {
  std::size_t buckets = 1;
  std::size_t ranks = 1;

  std::size_t first_of(std::size_t rank) const { return buckets * rank / ranks; }
  // Of a hash whose upper bits are spread well.
  std::size_t bucket_of(std::uint64_t hash) const { return static_cast<std::size_t>(((hash >> 32) * buckets) >> 32); }
};

class RecordShuffle {
 public:
  // Not collective, but made by all ranks with the same `buckets`. `pool` outlives the shuffle.
  RecordShuffle(std::size_t buckets, std::uint64_t outbox_bytes, BlockPool& pool, const comm::Communicator& comm);

  void push(std::size_t bucket, std::span<const char> bytes) {
    std::vector<char>& box = outbox_[bucket];
    box.insert(box.end(), bytes.begin(), bytes.end());
    waiting_ += bytes.size();
  }
  template <class Record>
  void push_record(std::size_t bucket, const Record& record) {
    push(bucket, {reinterpret_cast<const char*>(&record), sizeof(Record)});
  }

  // Whether the outboxes should be emptied before more is pushed.
  bool full() const { return waiting_ >= outbox_bytes_; }

  // Of what waits for this rank, as pack() writes it.
  std::uint64_t message_bytes(int rank) const;
  // Moves what waits for this rank behind `message`, for unpack() to find as of shuffle number `shuffle`.
  void pack(int rank, std::uint32_t shuffle, std::vector<char>& message);
  // Moves what waits for this rank itself to its store.
  void keep_own();

  const BucketOwners& owners() const { return owners_; }
  // The rank's own buckets, from own_begin() on.
  std::size_t own_begin() const { return own_begin_; }
  std::size_t own_count() const { return store_.buckets(); }
  bool owns(std::size_t bucket) const { return bucket >= own_begin_ && bucket - own_begin_ < own_count(); }
  RecordStore& store() { return store_; }  // by bucket - own_begin()

 private:
  std::span<std::vector<char>> boxes_of(int rank);

  BucketOwners owners_;
  std::uint64_t outbox_bytes_;
  std::size_t own_begin_;
  std::vector<std::vector<char>> outbox_;
  std::uint64_t waiting_ = 0;
  RecordStore store_;
};

// Appends what pack() wrote, of several shuffles one after the other, to their stores. Up to 15 more bytes are ignored.
// Throws CommError for anything else, StorageError if scratch fails.
void unpack(std::span<const char> bytes, std::span<RecordShuffle* const> shuffles);

}  // namespace linktrail::dist
