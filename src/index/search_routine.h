// The one beam search of the project, over anything that can name a node's neighbours and tell distances to a query:
// a graph in memory, a mapped index.hnsw, a mapped index.compact (Malkov & Yashunin 2016, algorithms 2 and 5).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/search_beam.h"

namespace linktrail {

// Ids are positions in the view, from 0 and below 2^31.
template <class View>
concept GraphView = requires(const View& view, const typename View::Query& query, NodeId id,
                             std::span<const NodeId> ids, std::vector<NodeId>& buffer, float* distances) {
  { view.size() } -> std::convertible_to<std::size_t>;
  // Neighbours at level 0; may be unpacked into the buffer. Valid until the next call with it.
  { view.links(id, buffer) } -> std::same_as<std::span<const NodeId>>;
  // distances[i] becomes that of ids[i].
  view.distances(query, ids, distances);
  // Asks for what distances() will read.
  view.prefetch(id);
  // The node has entered the beam: asks for what finding its links will read, if anything.
  view.prefetch_start(id);
  // The node is likely the next one: asks for its links.
  view.prefetch_links(id);
};

// A view with HNSW's upper levels.
template <class View>
concept LayeredView = GraphView<View> &&
    requires(const View& view, NodeId id, std::uint32_t level, std::vector<NodeId>& buffer) {
  { view.entry_point() } -> std::same_as<NodeId>;
  { view.max_level() } -> std::same_as<std::int32_t>;
  { view.upper_links(id, level, buffer) } -> std::same_as<std::span<const NodeId>>;
};

// Reusable working memory of searches on one view; one a thread.
template <GraphView View>
class BeamSearch {
 public:
  // Keeps a reference to the view.
  explicit BeamSearch(const View& view) : view_(&view), visited_(view.size()) {}

  // The nearest nodes that are met from `entries`, in Neighbor's order. Valid until the next call.
  const Beam& search_from(std::span<const NodeId> entries, const typename View::Query& query, const BeamShape& shape) {
    visited_.clear();
    beam_.reset(shape);
    offer_fresh(entries, query);
    while (beam_.has_next()) {
      const std::span<const NodeId> links = view_->links(beam_.take_next(), links_);
      offer_fresh(links, query);
    }
    return beam_;
  }

  // Greedy descent through the upper levels of a view that is not empty; where to enter level 0.
  NodeId descend(const typename View::Query& query) requires LayeredView<View> {
    NodeId current = view_->entry_point();
    float best = distance(query, current);
    for (std::int32_t level = view_->max_level(); level > 0; --level)
      while (step(query, static_cast<std::uint32_t>(level), current, best)) {
      }
    return current;
  }

  std::uint64_t distances() const { return evaluated_; }  // so far

 private:
  float distance(const typename View::Query& query, NodeId id) {
    float value = 0;
    ++evaluated_;
    view_->distances(query, {&id, 1}, &value);
    return value;
  }

  // Moves to the nearest neighbour of `current`; false if none is nearer.
  bool step(const typename View::Query& query, std::uint32_t level, NodeId& current, float& best) {
    const std::span<const NodeId> links = view_->upper_links(current, level, links_);
    evaluate(query, links);
    bool moved = false;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (values_[i] >= best) continue;
      best = values_[i];
      current = links[i];
      moved = true;
    }
    return moved;
  }

  void evaluate(const typename View::Query& query, std::span<const NodeId> ids) {
    values_.resize(ids.size());
    evaluated_ += ids.size();
    view_->distances(query, ids, values_.data());
  }

  // Evaluates the nodes that were not seen before together, so that their cache misses overlap.
  void offer_fresh(std::span<const NodeId> ids, const typename View::Query& query) {
    fresh_.resize(ids.size());
    fresh_.resize(visited_.select(ids, fresh_.data()));
    for (const NodeId id : fresh_) view_->prefetch(id);
    fresh_.resize(visited_.insert(fresh_));
    if (beam_.has_next()) view_->prefetch_links(beam_.next());
    evaluate(query, fresh_);
    near_.resize(fresh_.size());
    const std::size_t near = beam_.select(values_, near_.data());
    for (const std::uint32_t i : std::span(near_).first(near))
      if (beam_.offer(values_[i], fresh_[i])) view_->prefetch_start(fresh_[i]);
  }

  const View* view_;
  VisitedSet visited_;
  Beam beam_;
  std::vector<NodeId> links_;        // of the node in hand, if the view unpacks them
  std::vector<NodeId> fresh_;        // of them, those not seen before
  std::vector<float> values_;        // beside fresh_
  std::vector<std::uint32_t> near_;  // positions in them of what might enter the beam
  std::uint64_t evaluated_ = 0;
};

}  // namespace linktrail
