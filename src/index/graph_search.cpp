#include "index/graph_search.h"

#include <algorithm>

namespace linktrail {

GraphSearch::GraphSearch(const HnswGraph& graph) : graph_(&graph), dot_(best_dot_kernel()), visited_(graph.size(), 0) {}

float GraphSearch::distance(const float* query, std::size_t row) {
  ++distances_;
  return 1.0F - dot_(query, graph_->vectors.row_data(row), graph_->vectors.stride());
}

std::size_t GraphSearch::descend(const float* query) {
  std::size_t current = graph_->entry_point - graph_->first;
  float best = distance(query, current);
  for (std::int32_t level = graph_->max_level; level > 0; --level) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const NodeId id : graph_->links(current, static_cast<std::uint32_t>(level))) {
        const float candidate = distance(query, id - graph_->first);
        if (candidate >= best) continue;
        best = candidate;
        current = id - graph_->first;
        moved = true;
      }
    }
  }
  return current;
}

void GraphSearch::start_visit() {
  if (++epoch_ == 0) {
    std::ranges::fill(visited_, std::uint16_t{0});
    epoch_ = 1;
  }
  beam_.clear();
  expanded_.clear();
  next_ = 0;
}

bool GraphSearch::visit(std::size_t row) {
  if (visited_[row] == epoch_) return false;
  visited_[row] = epoch_;
  return true;
}

void GraphSearch::offer(const Neighbor& neighbor, std::size_t ef) {
  if (beam_.size() == ef) {
    // As in hnswlib, an equal distance does not enter a full beam: a search ends among many duplicates.
    if (neighbor.distance >= beam_.back().distance) return;
    beam_.pop_back();
    expanded_.pop_back();
  }
  const auto at = std::ranges::upper_bound(beam_, neighbor);
  const auto position = static_cast<std::size_t>(at - beam_.begin());
  beam_.insert(at, neighbor);
  expanded_.insert(expanded_.begin() + static_cast<std::ptrdiff_t>(position), std::uint8_t{0});
  next_ = std::min(next_, position);
}

void GraphSearch::run(const float* query, std::size_t ef) {
  while (next_ < beam_.size()) {
    if (expanded_[next_] != 0) {
      ++next_;
      continue;
    }
    expanded_[next_] = 1;
    fresh_.clear();
    for (const NodeId id : graph_->links0[beam_[next_].id - graph_->first]) {
      if (!visit(id - graph_->first)) continue;
      __builtin_prefetch(graph_->vectors.row_data(id - graph_->first));
      fresh_.push_back(id);
    }
    for (const NodeId id : fresh_) offer({distance(query, id - graph_->first), id}, ef);
  }
}

std::span<const Neighbor> GraphSearch::search(const float* query, std::size_t ef) {
  if (graph_->size() == 0) return {};
  const auto entry = static_cast<NodeId>(graph_->first + descend(query));
  return search_from({&entry, 1}, query, ef);
}

std::span<const Neighbor> GraphSearch::search_from(std::span<const NodeId> entries, const float* query,
                                                   std::size_t ef) {
  start_visit();
  for (const NodeId id : entries)
    if (visit(id - graph_->first)) offer({distance(query, id - graph_->first), id}, ef);
  run(query, ef);
  return beam_;
}

}  // namespace linktrail
