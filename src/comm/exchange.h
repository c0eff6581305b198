// Exchange by owner: callers say who owns an item and never see counts or displacements.
#pragma once

#include <numeric>
#include <span>
#include <vector>

#include "comm/collectives.h"

namespace linktrail::comm {

// Counts of values, for rows of `width` values that go where counts of rows say.
inline std::vector<std::uint64_t> counts_of_values(std::span<const std::uint64_t> rows, std::size_t width) {
  std::vector<std::uint64_t> counts(rows.begin(), rows.end());
  for (std::uint64_t& count : counts) count *= width;
  return counts;
}

// Collective. Sends each item to rank owner_of(item), which is in [0, size). The items of one source
// keep their order; sources follow in rank order, so the result is deterministic.
template <Trivial T, class OwnerOf>
Received<T> exchange_by_owner(std::span<const T> items, OwnerOf owner_of, const Communicator& comm) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm.size()), 0);
  for (const T& item : items) ++counts.at(static_cast<std::size_t>(owner_of(item)));  // throws on a bad owner

  std::vector<std::uint64_t> next(counts.size(), 0);
  std::exclusive_scan(counts.begin(), counts.end(), next.begin(), std::uint64_t{0});
  std::vector<T> sorted(items.size());
  for (const T& item : items) sorted[next[static_cast<std::size_t>(owner_of(item))]++] = item;
  return all_to_all<T>(std::span<const T>(sorted), counts, comm);
}

}  // namespace linktrail::comm
