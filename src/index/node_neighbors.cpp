#include "index/node_neighbors.h"

#include <algorithm>
#include <span>

#include "index/search_effort.h"
#include "index/search_routine.h"

namespace linktrail {

namespace {

void append_others(const Beam& beam, NodeId self, std::size_t k, std::vector<Neighbor>& to) {
  const std::size_t wanted = to.size() + k;
  for (std::size_t i = 0; i < beam.size() && to.size() < wanted; ++i)
    if (beam[i].id != self) to.push_back(beam[i]);
  to.resize(wanted, kNoNeighbor);
}

}  // namespace

NodeNeighbors nearest_of_nodes(const HnswlibView& view, NodeId begin, NodeId end, const NodeNeighborsParams& params) {
  BeamSearch<HnswlibView> search(view);
  NodeNeighbors result;
  result.neighbors.reserve((end - begin) * params.k);
  const BeamShape shape = beam_for(params.k + 1, view.size(), params.ef);
  for (NodeId node = begin; node < end; ++node) {
    const Beam& beam = search.search_from({&node, 1}, view.vector(node).data(), shape);
    append_others(beam, node, params.k, result.neighbors);
  }
  result.distances = search.distances();
  return result;
}

}  // namespace linktrail
