// Moving rows of vectors between ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.h"
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

}  // namespace linktrail::dist
