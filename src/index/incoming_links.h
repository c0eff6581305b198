// The links that point at a part's nodes, by target.
#pragma once

#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/merge.h"

namespace linktrail {

class IncomingLinks {
 public:
  // All links point at nodes [first, first + rows); their order does not matter (a semisort puts them in place). Of the
  // links to a node the `most` nearest stay: the lists of hubs are bounded.
  IncomingLinks(std::span<const ReverseLink> links, NodeId first, std::size_t rows, std::size_t most);

  // Sources and distances of the links to node first + row, sorted.
  std::span<const Neighbor> operator[](std::size_t row) const {
    return {sources_.data() + begin_[row], begin_[row + 1] - begin_[row]};
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<Neighbor> sources_;
};

}  // namespace linktrail
