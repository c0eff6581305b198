#include "index/graph_search.h"

namespace linktrail {

static_assert(LayeredView<HnswGraphView>);

std::span<const NodeId> HnswGraphView::upper_links(NodeId row, std::uint32_t level, std::vector<NodeId>& buffer) const {
  const std::span<const NodeId> links = graph_->links(row, level);
  if (graph_->first == 0) return links;
  buffer.assign(links.begin(), links.end());
  for (NodeId& id : buffer) id -= graph_->first;
  return buffer;
}

void HnswGraphView::distances(const Query& query, std::span<const NodeId> rows, float* to) const {
  for (std::size_t i = 0; i < rows.size(); ++i)
    to[i] = 1.0F - dot_(query, graph_->vectors.row_data(rows[i]), graph_->vectors.stride());
}

GraphSearch::GraphSearch(const HnswGraph& graph) : graph_(&graph), view_(graph), routine_(view_) {}

std::span<const Neighbor> GraphSearch::search(const float* query, std::size_t ef) {
  if (graph_->size() == 0) return {};
  const NodeId entry = routine_.descend(query);
  return found(routine_.search_from({&entry, 1}, query, BeamShape{.width = ef}));
}

std::span<const Neighbor> GraphSearch::search_from(std::span<const NodeId> entries, const float* query,
                                                   std::size_t ef) {
  rows_.assign(entries.begin(), entries.end());
  for (NodeId& id : rows_) id -= graph_->first;
  return found(routine_.search_from(rows_, query, BeamShape{.width = ef}));
}

std::span<const Neighbor> GraphSearch::found(const Beam& beam) {
  found_.clear();
  for (std::size_t i = 0; i < beam.size(); ++i) found_.push_back({beam[i].distance, beam[i].id + graph_->first});
  return found_;
}

}  // namespace linktrail
