// Beam search on an HnswGraph: greedy descent through the upper levels, then a beam of `ef` at level 0.
//
// The beam is one sorted array with a mark for expanded entries: for the small ef of merging this beats heaps, and the
// result does not depend on the order in which equal distances arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/distance.h"
#include "index/hnsw_graph.h"

namespace linktrail {

// Reusable working memory of searches on graphs of the same size; one a thread. Not safe to share.
class GraphSearch {
 public:
  // Keeps a reference to the graph, which must be a part whose links stay inside it (a whole graph, or a shard before
  // it is merged); ids in and out are graph.first + row.
  explicit GraphSearch(const HnswGraph& graph);

  // The nearest at most `ef` nodes, sorted. `query` is a padded row (stride of the graph's vectors). Valid until the
  // next call. Empty for an empty graph.
  std::span<const Neighbor> search(const float* query, std::size_t ef);

  // The same from given nodes at level 0, without descent ("guided").
  std::span<const Neighbor> search_from(std::span<const NodeId> entries, const float* query, std::size_t ef);

  std::uint64_t distances() const { return distances_; }  // evaluated so far

 private:
  float distance(const float* query, std::size_t row);
  std::size_t descend(const float* query);
  void start_visit();
  bool visit(std::size_t row);
  void offer(const Neighbor& neighbor, std::size_t ef);
  void run(const float* query, std::size_t ef);

  const HnswGraph* graph_;
  DotKernel dot_;
  std::vector<std::uint16_t> visited_;  // epoch of the last visit: cleared once in 65535 searches
  std::uint16_t epoch_ = 0;
  std::vector<Neighbor> beam_;          // sorted
  std::vector<std::uint8_t> expanded_;  // beside beam_
  std::size_t next_ = 0;                // no entry before it is left to expand
  std::vector<NodeId> fresh_;           // neighbours not seen before, prefetched together
  std::uint64_t distances_ = 0;
};

}  // namespace linktrail
