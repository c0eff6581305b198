// Moving rows of vectors between ranks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "comm/exchange.h"
#include "core/matrix.h"
#include "index/hnsw_graph.h"

namespace linktrail::dist {

struct LabeledRows {
  Matrix vectors;
  std::vector<Qid> labels;
};

// Collective. Row i goes to rank target[i]. Rows arrive by source rank, in their order there.
LabeledRows send_rows(MatrixView rows, std::span<const Qid> labels, std::span<const int> target,
                      const comm::Communicator& comm);

// Collective. `width` values of each row to its target, arriving in the order of send_rows().
template <class T>
std::vector<T> send_values(std::span<const T> values, std::size_t width, std::span<const int> target,
                           const comm::Communicator& comm) {
  std::vector<std::uint32_t> order(target.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return target[i]; });
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm.size()), 0);
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::uint32_t i : order) {
    counts[static_cast<std::size_t>(target[i])] += width;
    sorted.insert(sorted.end(), values.begin() + static_cast<std::ptrdiff_t>(i * width),
                  values.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
  }
  return comm::all_to_all<T>(std::span<const T>(sorted), counts, comm).data;
}

// Which rank holds which nodes: rank r those of [first[r], first[r + 1]).
class NodeOwners {
 public:
  // Collective. Ranks hold `my_nodes` each, numbered in rank order. Throws std::overflow_error above 2^32 nodes.
  NodeOwners(std::uint64_t my_nodes, const comm::Communicator& comm);

  int operator()(NodeId node) const;
  NodeId first(int rank) const { return static_cast<NodeId>(first_[static_cast<std::size_t>(rank)]); }
  std::uint64_t total() const { return first_.back(); }

 private:
  std::vector<std::uint64_t> first_;
};

// Collective. The rows of the wanted nodes (rising, without repeats), in their order. `mine` are this rank's nodes.
Matrix fetch_rows(std::span<const NodeId> wanted, MatrixView mine, const NodeOwners& owners,
                  const comm::Communicator& comm);

// Collective. What owners know of the wanted nodes (rising, without repeats), `width` values each, in their order:
// append(row, values) adds those of this rank's row.
template <class T, class Append>
std::vector<T> fetch_values(std::span<const NodeId> wanted, std::size_t width, Append append, const NodeOwners& owners,
                            const comm::Communicator& comm) {
  const auto asked = comm::exchange_by_owner(wanted, owners, comm);
  std::vector<T> answers;
  answers.reserve(asked.data.size() * width);
  for (const NodeId node : asked.data) append(node - owners.first(comm.rank()), answers);
  // Answers return in the order of the questions: wanted is rising, so it is sorted by owner already.
  return comm::all_to_all<T>(std::span<const T>(answers), comm::counts_of_values(asked.counts, width), comm).data;
}

}  // namespace linktrail::dist
