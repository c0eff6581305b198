#include "dist/record_shuffle.h"

#include <cstring>

#include "comm/agreement.h"
#include "comm/collectives.h"

namespace linktrail::dist {

namespace {

// Before the bytes of a bucket in a message.
struct BucketHeader {
  std::uint64_t bucket = 0;
  std::uint64_t bytes = 0;
};

}  // namespace

RecordShuffle::RecordShuffle(std::size_t buckets, std::uint64_t outbox_bytes, BlockPool& pool,
                             const comm::Communicator& comm)
    : owners_{buckets, static_cast<std::size_t>(comm.size())},
      outbox_bytes_(outbox_bytes),
      rank_(static_cast<std::size_t>(comm.rank())),
      own_begin_(owners_.first_of(rank_)),
      outbox_(buckets),
      store_(owners_.first_of(rank_ + 1) - own_begin_, pool) {}

std::vector<char> RecordShuffle::pack(std::vector<std::uint64_t>& counts) {
  std::vector<char> message;
  for (std::size_t rank = 0; rank < owners_.ranks; ++rank) {
    const std::size_t before = message.size();
    for (std::size_t bucket = owners_.first_of(rank); rank != rank_ && bucket < owners_.first_of(rank + 1); ++bucket) {
      std::vector<char>& box = outbox_[bucket];
      if (box.empty()) continue;
      const BucketHeader header{bucket, box.size()};
      message.insert(message.end(), reinterpret_cast<const char*>(&header),
                     reinterpret_cast<const char*>(&header) + sizeof(header));
      message.insert(message.end(), box.begin(), box.end());
      box.clear();
    }
    counts.push_back(message.size() - before);
  }
  return message;
}

void RecordShuffle::unpack(std::span<const char> bytes) {
  while (!bytes.empty()) {
    BucketHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    store_.append(header.bucket - own_begin_, bytes.subspan(sizeof(header), header.bytes));
    bytes = bytes.subspan(sizeof(header) + header.bytes);
  }
}

void RecordShuffle::exchange(const comm::Communicator& comm) {
  std::vector<std::uint64_t> counts;
  std::vector<char> message = pack(counts);
  const comm::Received<char> received = comm::all_to_all<char>(std::move(message), counts, comm);
  comm::agreed(comm, [&] {
    for (std::size_t own = 0; own < own_count(); ++own) {
      std::vector<char>& box = outbox_[own_begin_ + own];
      store_.append(own, box);
      box.clear();
    }
    unpack(received.data);
  });
  waiting_ = 0;
}

void run_rounds(std::span<RecordShuffle* const> shuffles, const std::function<bool()>& step,
                const std::function<void()>& on_round, const comm::Communicator& comm) {
  while (true) {
    const bool more = comm::agreed(comm, [&] { return step(); });
    std::vector<std::uint64_t> waits{more ? 1ULL : 0ULL};
    for (const RecordShuffle* shuffle : shuffles) waits.push_back(shuffle->empty() ? 0 : 1);
    comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(waits), comm::ReduceOp::kMax, comm);
    for (std::size_t i = 0; i < shuffles.size(); ++i)
      if (waits[i + 1] != 0) shuffles[i]->exchange(comm);
    on_round();
    if (waits[0] == 0) return;
  }
}

}  // namespace linktrail::dist
