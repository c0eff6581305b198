// Templates of collectives.h: they turn items into bytes and leave the rest to byte_collectives.h.
#pragma once

#include <algorithm>
#include <numeric>

#include "comm/collectives.h"
#include "comm/detail/byte_collectives.h"
#include "core/error.h"

namespace linktrail::comm {
namespace detail {

template <Reducible T>
constexpr ElementType element_type() {
  if constexpr (std::same_as<T, float>) return ElementType::kFloat;
  if constexpr (std::same_as<T, double>) return ElementType::kDouble;
  if constexpr (std::same_as<T, std::int32_t>) return ElementType::kInt32;
  if constexpr (std::same_as<T, std::int64_t>) return ElementType::kInt64;
  if constexpr (std::same_as<T, std::uint32_t>) return ElementType::kUint32;
  if constexpr (std::same_as<T, std::uint64_t>) return ElementType::kUint64;
}

inline std::uint64_t total(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

template <class T>
std::vector<std::uint64_t> in_bytes(std::span<const std::uint64_t> counts) {
  std::vector<std::uint64_t> bytes(counts.begin(), counts.end());
  for (std::uint64_t& value : bytes) value *= sizeof(T);
  return bytes;
}

}  // namespace detail

template <Trivial T>
void broadcast(std::span<T> values, int root, const Communicator& comm) {
  detail::broadcast_bytes(std::as_writable_bytes(values), root, comm);
}

template <Trivial T>
std::vector<T> broadcast(std::vector<T> values, int root, const Communicator& comm) {
  std::uint64_t count = values.size();
  broadcast(std::span(&count, 1), root, comm);
  values.resize(count);
  broadcast(std::span(values), root, comm);
  return values;
}

template <Reducible T>
void all_reduce(std::span<T> values, ReduceOp op, const Communicator& comm) {
  detail::all_reduce_elements({values.data(), values.size(), detail::element_type<T>()}, op, comm);
}

template <Reducible T>
T all_reduce(T value, ReduceOp op, const Communicator& comm) {
  all_reduce(std::span(&value, 1), op, comm);
  return value;
}

template <Trivial T>
std::vector<T> all_gather(const T& value, const Communicator& comm) {
  std::vector<T> all(static_cast<std::size_t>(comm.size()));
  detail::all_gather_equal_bytes(std::as_bytes(std::span(&value, 1)), std::as_writable_bytes(std::span(all)), comm);
  return all;
}

template <Trivial T>
std::vector<T> all_gather(std::span<const T> values, const Communicator& comm) {
  const auto counts = all_gather(std::uint64_t{values.size()}, comm);
  std::vector<T> all(detail::total(counts));
  detail::all_gather_bytes(std::as_bytes(values), detail::in_bytes<T>(counts), std::as_writable_bytes(std::span(all)),
                           comm);
  return all;
}

template <Trivial T>
Received<T> gather(std::span<const T> values, int root, const Communicator& comm) {
  auto counts = all_gather(std::uint64_t{values.size()}, comm);
  std::vector<T> all(comm.rank() == root ? detail::total(counts) : 0);
  detail::gather_bytes(std::as_bytes(values), detail::in_bytes<T>(counts), std::as_writable_bytes(std::span(all)), root,
                       comm);
  if (comm.rank() != root) std::fill(counts.begin(), counts.end(), 0);
  return {std::move(all), std::move(counts)};
}

template <Trivial T>
Received<T> all_to_all(std::span<const T> values, std::span<const std::uint64_t> counts, const Communicator& comm) {
  if (detail::total(counts) != values.size())
    throw CommError(
        fmt::format("all_to_all: the counts name {} items, {} were given", detail::total(counts), values.size()));
  auto incoming = detail::exchange_counts(counts, comm);
  std::vector<T> data(detail::total(incoming));
  const auto out_bytes = detail::in_bytes<T>(counts);
  const auto in_bytes = detail::in_bytes<T>(incoming);
  detail::all_to_all_bytes({std::as_bytes(values), out_bytes}, {std::as_writable_bytes(std::span(data)), in_bytes},
                           comm);
  return {std::move(data), std::move(incoming)};
}

template <Trivial T>
Received<T> all_to_all(std::vector<T>&& values, std::span<const std::uint64_t> counts, const Communicator& comm) {
  if (comm.size() > 1 || counts.size() != 1 || counts[0] != values.size())
    return all_to_all(std::span<const T>(values), counts, comm);
  return {std::move(values), {counts[0]}};
}

template <Trivial T>
std::vector<T> shift(std::span<const T> values, int to, int from, const Communicator& comm) {
  std::vector<T> received(detail::shift_count(values.size(), to, from, comm));
  detail::send_receive_bytes(std::as_bytes(values), std::as_writable_bytes(std::span(received)), {to, from}, comm);
  return received;
}

}  // namespace linktrail::comm
