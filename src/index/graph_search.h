// Search on an HnswGraph in memory: greedy descent through the upper levels, then a beam of `ef` at level 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/distance.h"
#include "index/hnsw_graph.h"
#include "index/search_routine.h"

namespace linktrail {

// A graph, or a part of one whose links stay inside it, as the search routine wants it: ids are rows of the part.
class HnswGraphView {
 public:
  using Query = const float*;  // a padded row (stride of the graph's vectors)

  explicit HnswGraphView(const HnswGraph& graph) : graph_(&graph), dot_(best_dot_kernel()) {}

  std::size_t size() const { return graph_->size(); }
  NodeId entry_point() const { return graph_->entry_point - graph_->first; }
  std::int32_t max_level() const { return graph_->max_level; }
  std::span<const NodeId> links(NodeId row, std::vector<NodeId>& buffer) const { return upper_links(row, 0, buffer); }
  std::span<const NodeId> upper_links(NodeId row, std::uint32_t level, std::vector<NodeId>& buffer) const;
  void distances(const Query& query, std::span<const NodeId> rows, float* to) const;
  void prefetch(NodeId row) const { __builtin_prefetch(graph_->vectors.row_data(row)); }
  void prefetch_start(NodeId) const {}
  void prefetch_links(NodeId row) const { __builtin_prefetch(graph_->links0[row].data()); }

 private:
  const HnswGraph* graph_;
  DotKernel dot_;
};

// Reusable working memory of searches on one graph; one a thread. Not safe to share.
class GraphSearch {
 public:
  // Keeps a reference to the graph, which must be a part whose links stay inside it (a whole graph, or a shard before
  // it is merged); ids in and out are graph.first + row.
  explicit GraphSearch(const HnswGraph& graph);
  GraphSearch(const GraphSearch&) = delete;
  GraphSearch& operator=(const GraphSearch&) = delete;

  // The nearest at most `ef` nodes, sorted. `query` is a padded row (stride of the graph's vectors). Valid until the
  // next call. Empty for an empty graph.
  std::span<const Neighbor> search(const float* query, std::size_t ef);

  // The same from given nodes at level 0, without descent ("guided").
  std::span<const Neighbor> search_from(std::span<const NodeId> entries, const float* query, std::size_t ef);

  std::uint64_t distances() const { return routine_.distances(); }  // evaluated so far

 private:
  std::span<const Neighbor> found(const Beam& beam);

  const HnswGraph* graph_;
  HnswGraphView view_;
  BeamSearch<HnswGraphView> routine_;
  std::vector<NodeId> rows_;  // of the entries
  std::vector<Neighbor> found_;
};

}  // namespace linktrail
