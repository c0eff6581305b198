// The collectives with their element types erased: what the templates of collectives.h call.
//
// MPI counts are `int`, so every message is cut into chunks of at most `chunk_bytes`. The limit is a
// parameter only so that tests can force many chunks with little data; it must be equal on all ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.h"

namespace linktrail::comm {
enum class ReduceOp;
}

namespace linktrail::comm::detail {

// Far below 2^31, and large enough that the cost of a message is bandwidth, not latency.
inline constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 28;

enum class ElementType { kFloat, kDouble, kInt32, kInt64, kUint32, kUint64 };

struct ElementSpan {
  void* data = nullptr;
  std::uint64_t count = 0;
  ElementType type = ElementType::kFloat;
};

void broadcast_bytes(std::span<std::byte> bytes, int root, const Communicator& comm,
                     std::uint64_t chunk_bytes = kChunkBytes);

void all_reduce_elements(ElementSpan elements, ReduceOp op, const Communicator& comm,
                         std::uint64_t chunk_bytes = kChunkBytes);

// `mine` has the same size on every rank; `all` is size() times that. Not chunked: for small values.
void all_gather_equal_bytes(std::span<const std::byte> mine, std::span<std::byte> all, const Communicator& comm);

// Bytes per rank, and where they go: one after the other in rank order.
void all_gather_bytes(std::span<const std::byte> mine, std::span<const std::uint64_t> bytes_of_rank,
                      std::span<std::byte> all, const Communicator& comm, std::uint64_t chunk_bytes = kChunkBytes);

// As all_gather_bytes; `all` is used on the root only.
void gather_bytes(std::span<const std::byte> mine, std::span<const std::uint64_t> bytes_of_rank,
                  std::span<std::byte> all, int root, const Communicator& comm,
                  std::uint64_t chunk_bytes = kChunkBytes);

// counts[r] goes to rank r; returns what each rank sent here. Throws CommError unless there is one count a rank.
std::vector<std::uint64_t> exchange_counts(std::span<const std::uint64_t> counts, const Communicator& comm);

struct OutgoingBytes {
  std::span<const std::byte> bytes;
  std::span<const std::uint64_t> bytes_of_rank;
};
struct IncomingBytes {
  std::span<std::byte> bytes;
  std::span<const std::uint64_t> bytes_of_rank;
};

// size() rounds: in round k every rank sends to rank + k and receives from rank - k.
void all_to_all_bytes(OutgoingBytes out, IncomingBytes in, const Communicator& comm,
                      std::uint64_t chunk_bytes = kChunkBytes);

// The count that rank `from` announces, while this rank announces `count` to rank `to`.
std::uint64_t shift_count(std::uint64_t count, int to, int from, const Communicator& comm);

struct Route {
  int to = 0;
  int from = 0;
};

// Sends `out` and receives exactly in.size() bytes, chunk by chunk. Every rank's chunk i meets its partner's
// chunk i, so ranks with different numbers of chunks do not wait in a circle.
void send_receive_bytes(std::span<const std::byte> out, std::span<std::byte> in, Route route, const Communicator& comm,
                        std::uint64_t chunk_bytes = kChunkBytes);

}  // namespace linktrail::comm::detail
