#include "dist/record_shuffle.h"

#include <fmt/format.h>

#include <cstring>

#include "core/error.h"

namespace linktrail::dist {

namespace {

// Before the bytes of a bucket in a message.
struct BucketHeader {
  std::uint32_t shuffle = 0;
  std::uint32_t bucket = 0;
  std::uint64_t bytes = 0;
};

}  // namespace

RecordShuffle::RecordShuffle(std::size_t buckets, std::uint64_t outbox_bytes, BlockPool& pool,
                             const comm::Communicator& comm)
    : owners_{buckets, static_cast<std::size_t>(comm.size())},
      outbox_bytes_(outbox_bytes),
      own_begin_(owners_.first_of(static_cast<std::size_t>(comm.rank()))),
      outbox_(buckets),
      store_(owners_.first_of(static_cast<std::size_t>(comm.rank()) + 1) - own_begin_, pool) {}

std::span<std::vector<char>> RecordShuffle::boxes_of(int rank) {
  const std::size_t begin = owners_.first_of(static_cast<std::size_t>(rank));
  return std::span(outbox_).subspan(begin, owners_.first_of(static_cast<std::size_t>(rank) + 1) - begin);
}

std::uint64_t RecordShuffle::message_bytes(int rank) const {
  std::uint64_t bytes = 0;
  for (std::size_t bucket = owners_.first_of(static_cast<std::size_t>(rank));
       bucket < owners_.first_of(static_cast<std::size_t>(rank) + 1); ++bucket)
    bytes += outbox_[bucket].empty() ? 0 : sizeof(BucketHeader) + outbox_[bucket].size();
  return bytes;
}

void RecordShuffle::pack(int rank, std::uint32_t shuffle, std::vector<char>& message) {
  auto bucket = static_cast<std::uint32_t>(owners_.first_of(static_cast<std::size_t>(rank)));
  for (std::vector<char>& box : boxes_of(rank)) {
    const BucketHeader header{shuffle, bucket++, box.size()};
    if (box.empty()) continue;
    message.insert(message.end(), reinterpret_cast<const char*>(&header),
                   reinterpret_cast<const char*>(&header) + sizeof(header));
    message.insert(message.end(), box.begin(), box.end());
    waiting_ -= box.size();
    box.clear();
  }
}

void RecordShuffle::keep_own() {
  for (std::size_t own = 0; own < own_count(); ++own) {
    std::vector<char>& box = outbox_[own_begin_ + own];
    store_.append(own, box);
    waiting_ -= box.size();
    box.clear();
  }
}

void unpack(std::span<const char> bytes, std::span<RecordShuffle* const> shuffles) {
  while (bytes.size() >= sizeof(BucketHeader)) {
    BucketHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    const auto rest = bytes.size() - sizeof(header);
    if (header.shuffle >= shuffles.size() || header.bytes > rest || !shuffles[header.shuffle]->owns(header.bucket))
      throw CommError(fmt::format("a message names shuffle {}, bucket {} and {} bytes of {}, which cannot be",
                                  header.shuffle, header.bucket, header.bytes, rest));
    RecordShuffle& shuffle = *shuffles[header.shuffle];
    shuffle.store().append(header.bucket - shuffle.own_begin(), bytes.subspan(sizeof(header), header.bytes));
    bytes = bytes.subspan(sizeof(header) + header.bytes);
  }
}

}  // namespace linktrail::dist
