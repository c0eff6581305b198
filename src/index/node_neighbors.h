// The nearest nodes of every node of an index: what a batch table of neighbours is made of.
//
// A query enters the graph at its own node, so there is no way to go to it: no upper levels, no descent. And nodes are
// searched in the order of their ids, which an index gives by nearness, so a search finds in the cache what the one
// before has fetched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/hnswlib_view.h"

namespace linktrail {

struct NodeNeighborsParams {
  std::size_t k = 10;
  std::size_t ef = 40;  // as in beam_for()
};

// What stands where a graph has no more neighbours to give.
inline constexpr Neighbor kNoNeighbor{std::numeric_limits<float>::infinity(), std::numeric_limits<NodeId>::max()};

struct NodeNeighbors {
  std::vector<Neighbor> neighbors;  // [nodes, k], flat, nearest first, the node itself left out
  std::uint64_t distances = 0;      // evaluated
};

// Of the nodes [begin, end) of the view; the same whatever other nodes are asked for.
NodeNeighbors nearest_of_nodes(const HnswlibView& view, NodeId begin, NodeId end, const NodeNeighborsParams& params);

}  // namespace linktrail
