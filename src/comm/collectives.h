// Checked collectives over trivially copyable values. All are collective: every rank must call.
//
// Counts are 64-bit: messages are cut into chunks below MPI's int limit. Every failure throws CommError
// with the operation, the count and MPI's own text. Results are in rank order.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "comm/communicator.h"

namespace linktrail::comm {

template <class T>
concept Trivial = std::is_trivially_copyable_v<T>;

// Element types that MPI can reduce.
template <class T>
concept Reducible = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

enum class ReduceOp { kSum, kMin, kMax };

// What each rank sent here: rank r's items are data[begin(r) .. begin(r) + counts[r]).
template <class T>
struct Received {
  std::vector<T> data;
  std::vector<std::uint64_t> counts;  // one a rank

  std::span<const T> from(int rank) const {
    std::uint64_t begin = 0;
    for (int r = 0; r < rank; ++r) begin += counts[static_cast<std::size_t>(r)];
    return std::span<const T>(data).subspan(begin, counts[static_cast<std::size_t>(rank)]);
  }
};

void barrier(const Communicator& comm);

// Rank root's values replace everyone's; the span has the same size on every rank.
template <Trivial T>
void broadcast(std::span<T> values, int root, const Communicator& comm);

// Rank root's text or vector, whatever its size there.
std::string broadcast(std::string text, int root, const Communicator& comm);
template <Trivial T>
std::vector<T> broadcast(std::vector<T> values, int root, const Communicator& comm);

// Element by element, in place; the span has the same size on every rank.
template <Reducible T>
void all_reduce(std::span<T> values, ReduceOp op, const Communicator& comm);
template <Reducible T>
T all_reduce(T value, ReduceOp op, const Communicator& comm);

// Sum of the values of the lower ranks; 0 on rank 0.
std::uint64_t exclusive_scan(std::uint64_t value, const Communicator& comm);

// One value a rank / any number of values a rank, concatenated in rank order, on every rank.
template <Trivial T>
std::vector<T> all_gather(const T& value, const Communicator& comm);
template <Trivial T>
std::vector<T> all_gather(std::span<const T> values, const Communicator& comm);

// As all_gather, on the root only; empty elsewhere.
template <Trivial T>
Received<T> gather(std::span<const T> values, int root, const Communicator& comm);

// `counts[r]` consecutive items of `values` go to rank r. sum(counts) == values.size().
template <Trivial T>
Received<T> all_to_all(std::span<const T> values, std::span<const std::uint64_t> counts, const Communicator& comm);
// The same for values that are no longer needed: one rank alone gets them back without a copy.
template <Trivial T>
Received<T> all_to_all(std::vector<T>&& values, std::span<const std::uint64_t> counts, const Communicator& comm);

// Sends `values` to rank `to` while receiving from rank `from` (a ring shift when to = rank + 1).
template <Trivial T>
std::vector<T> shift(std::span<const T> values, int to, int from, const Communicator& comm);

}  // namespace linktrail::comm

#include "comm/detail/collectives_impl.h"
