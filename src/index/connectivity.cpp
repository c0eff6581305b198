#include "index/connectivity.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "index/distance.h"

namespace linktrail {

namespace {

constexpr NodeId kNoParent = std::numeric_limits<NodeId>::max();
constexpr Neighbor kNone{std::numeric_limits<float>::infinity(), std::numeric_limits<NodeId>::max()};

// Where the rule lets a level be entered.
std::vector<NodeId> starts_of(const HnswGraph& graph, std::uint32_t level) {
  if (graph.size() == 0) return {};
  if (level == 0 || std::cmp_equal(level, graph.max_level)) return {graph.entry_point};
  std::vector<NodeId> starts;
  for (NodeId node = 0; node < graph.size(); ++node)
    if (graph.levels[node] > level) starts.push_back(node);
  return starts;
}

std::uint64_t count_unreached(const HnswGraph& graph) {
  std::vector<std::uint8_t> seen(graph.size(), 0);
  std::vector<NodeId> queue = starts_of(graph, 0);
  for (const NodeId node : queue) seen[node] = 1;
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const NodeId id : graph.links0[queue[i]])
      if (std::exchange(seen[id], std::uint8_t{1}) == 0) queue.push_back(id);
  return graph.size() - queue.size();
}

}  // namespace

ConnectivityReport check_connectivity(const HnswGraph& graph) {
  ConnectivityReport report{.nodes = graph.size()};
  std::vector<std::uint32_t> in_degree(graph.size(), 0);
  std::uint64_t links = 0;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    links += graph.links0[node].size();
    for (const NodeId id : graph.links0[node]) ++in_degree[id];
  }
  for (const std::uint32_t degree : in_degree) {
    const auto bucket = static_cast<std::size_t>(std::bit_width(degree));
    if (bucket >= report.in_degree_histogram.size()) report.in_degree_histogram.resize(bucket + 1, 0);
    ++report.in_degree_histogram[bucket];
  }
  if (!report.in_degree_histogram.empty()) report.zero_in_degree = report.in_degree_histogram[0];
  if (report.nodes > 0) report.mean_degree = static_cast<double>(links) / static_cast<double>(report.nodes);
  report.unreachable_before = report.unreachable_after = count_unreached(graph);
  return report;
}

LevelRepair::LevelRepair(HnswGraph& graph, std::uint32_t level)
    : graph_(&graph),
      level_(level),
      lists_(level == 0 ? &graph.links0 : &graph.upper),
      reached_(graph.size(), 0),
      visited_(graph.size(), 0),
      parent_(graph.size(), kNoParent) {
  reach_from(starts_of(graph, level));
  for (std::size_t node = 0; node < graph.size(); ++node)
    if (on_level(node) && visited_[node] == 0) ++unreachable_before_;
  if (unreachable_before_ == 0) {
    reached_ = visited_;
    return;
  }
  while (attach_by_own_links()) {
  }
  reached_ = visited_;
  for (NodeId node = 0; node < graph.size(); ++node) {
    if (!on_level(node) || visited_[node] != 0) continue;
    // An island: once `node` hangs on the rest, what it leads to is reached, and so is what links to that.
    stuck_.push_back(node);
    reach_from({node});
    while (attach_by_own_links()) {
    }
  }
}

std::size_t LevelRepair::row(NodeId node) const { return level_ == 0 ? node : graph_->upper_begin[node] + level_ - 1; }

void LevelRepair::reach_from(std::vector<NodeId> queue) {
  for (const NodeId node : queue) {
    visited_[node] = 1;
    if (parent_[node] == kNoParent) parent_[node] = node;
  }
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const NodeId id : (*lists_)[row(queue[i])]) {
      if (std::exchange(visited_[id], std::uint8_t{1}) != 0) continue;
      parent_[id] = queue[i];
      queue.push_back(id);
    }
}

bool LevelRepair::attach(NodeId from, NodeId node) {
  const std::span<const NodeId> list = (*lists_)[row(from)];
  if (!lists_->push_back(row(from), node)) {
    std::size_t position = list.size();
    while (position > 0 && parent_[list[position - 1]] == from) --position;
    if (position == 0) return false;
    lists_->replace(row(from), position - 1, node);
  }
  parent_[node] = from;
  changed_.push_back(from);
  return true;
}

bool LevelRepair::attach_by_own_links() {
  bool any = false;
  for (NodeId node = 0; node < graph_->size(); ++node) {
    if (!on_level(node) || visited_[node] != 0) continue;
    for (const NodeId near : (*lists_)[row(node)]) {
      if (visited_[near] == 0 || !attach(near, node)) continue;
      reach_from({node});
      any = true;
      break;
    }
  }
  return any;
}

void LevelRepair::attach_stuck(std::span<const Neighbor> nearest, std::size_t width) {
  for (std::size_t i = 0; i < stuck_.size(); ++i) {
    const auto candidates = nearest.subspan(i * width, width);
    const bool done = std::ranges::any_of(candidates, [&](const Neighbor& near) {
      return near.id != kNone.id && reached_[near.id] != 0 && attach(near.id, stuck_[i]);
    });
    if (!done) attach_anywhere(stuck_[i]);
    reached_[stuck_[i]] = 1;  // from here on it may hold others: of many islands, the reached part may be too small
  }
}

void LevelRepair::attach_anywhere(NodeId node) {
  for (NodeId from = 0; from < graph_->size(); ++from)
    if (reached_[from] != 0 && attach(from, node)) return;
}

std::vector<Neighbor> nearest_marked(MatrixView rows, NodeId first, std::span<const std::uint8_t> marked,
                                     MatrixView queries, std::size_t width) {
  const DotKernel dot = best_dot_kernel();
  std::vector<Neighbor> result(queries.rows * width, kNone);
  for (std::size_t q = 0; q < queries.rows; ++q) {
    const auto best = std::span<Neighbor>(result).subspan(q * width, width);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      if (marked[i] == 0) continue;
      const Neighbor candidate{1.0F - dot(queries.row_data(q), rows.row_data(i), rows.stride),
                               static_cast<NodeId>(first + i)};
      if (!(candidate < best.back())) continue;
      const auto at = std::ranges::upper_bound(best, candidate);
      std::shift_right(at, best.end(), 1);
      *at = candidate;
    }
  }
  return result;
}

ConnectivityReport repair_connectivity(HnswGraph& graph) {
  ConnectivityReport report = check_connectivity(graph);
  for (std::int32_t level = graph.max_level; level >= 0; --level) {
    LevelRepair repair(graph, static_cast<std::uint32_t>(level));
    Matrix queries(repair.stuck().size(), graph.vectors.dim());
    for (std::size_t i = 0; i < queries.rows(); ++i)
      std::ranges::copy(std::as_const(graph.vectors).row(repair.stuck()[i]), queries.row_data(i));
    repair.attach_stuck(nearest_marked(graph.vectors, 0, repair.reached(), queries, kRepairWidth), kRepairWidth);
    report.repaired += repair.changed().size();
  }
  report.unreachable_after = count_unreached(graph);
  return report;
}

}  // namespace linktrail
