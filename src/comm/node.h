// Which ranks share memory, and how nodes talk to each other.
#pragma once

#include <optional>

#include "comm/communicator.h"

namespace linktrail::comm {

struct NodeParams {
  // At most this many ranks are taken as one node. 0: as many as there are. Fewer serve tests on one machine, and
  // machines of several memories.
  int most_ranks = 0;
};

// The ranks of a communicator by node. Work on shared data is cut into parts(), and part p of every node is done by
// its rank p, which talks to the ranks p of the other nodes only.
class Node {
 public:
  // Collective. Ranks that cannot map each other's memory, as in containers of their own or under a limit on the
  // size of files, become nodes of one rank.
  explicit Node(const Communicator& all, NodeParams params = {});

  const Communicator& all() const { return all_; }
  const Communicator& ranks() const { return ranks_; }  // of this node
  int count() const { return count_; }                  // of nodes
  int index() const { return index_; }                  // of this one: by their lowest rank
  int parts() const { return parts_; }                  // of the smallest node's ranks: equal on all nodes

  // The rank's part; none on ranks that a larger node has beyond the others.
  std::optional<int> part() const { return ranks_.rank() < parts_ ? std::optional(ranks_.rank()) : std::nullopt; }

  // The ranks of the same part, in the order of their nodes. To be used if part() is one.
  const Communicator& peers() const { return peers_; }

 private:
  Communicator all_, ranks_, peers_;
  int count_ = 1, index_ = 0, parts_ = 1;
};

}  // namespace linktrail::comm
