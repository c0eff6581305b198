// Records sent to the rank that owns their bucket, in rounds of bounded size, into a store that spills.
//
// A rank that produces records pushes them; when an outbox is full, or it has no more, it takes part in an exchange.
// The number of rounds is agreed on, so ranks without input take part to the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
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

  // Whether the outbox should be sent before more is pushed.
  bool full() const { return waiting_ >= outbox_bytes_; }
  bool empty() const { return waiting_ == 0; }

  // Collective. Sends what was pushed. Throws AgreedError if a rank's scratch fails.
  void exchange(const comm::Communicator& comm);

  const BucketOwners& owners() const { return owners_; }
  // The rank's own buckets, from own_begin() on.
  std::size_t own_begin() const { return own_begin_; }
  std::size_t own_count() const { return store_.buckets(); }
  RecordStore& store() { return store_; }  // by bucket - own_begin()

 private:
  std::vector<char> pack(std::vector<std::uint64_t>& counts);
  void unpack(std::span<const char> bytes);

  BucketOwners owners_;
  std::uint64_t outbox_bytes_;
  std::size_t rank_, own_begin_;
  std::vector<std::vector<char>> outbox_;
  std::uint64_t waiting_ = 0;
  RecordStore store_;
};

// Collective. Calls step() and exchanges `shuffles` until no rank has more to do: step() works until a shuffle that it
// pushes to is full, does not communicate, and returns whether it has more. on_round() is called after each round.
void run_rounds(std::span<RecordShuffle* const> shuffles, const std::function<bool()>& step,
                const std::function<void()>& on_round, const comm::Communicator& comm);

}  // namespace linktrail::dist
