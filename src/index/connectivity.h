// Whether a search can arrive at every node, and the repair if not.
//
// Rule: every node of level l >= 1 is reached over links of level l from the nodes of the levels above (from the entry
// point at the top), and every node over links of level 0 from the entry point. A repair adds one link from a near node
// that is reached to one that is not; where the list is full it takes the place of a link that is not part of the
// search tree. So no repair can cut anything off, and the number of unreachable nodes only falls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

struct ConnectivityReport {
  std::uint64_t nodes = 0;
  std::uint64_t unreachable_before = 0;  // at level 0, before repair
  std::uint64_t unreachable_after = 0;
  std::uint64_t zero_in_degree = 0;  // at level 0, before repair
  std::uint64_t repaired = 0;        // links added, all levels
  double mean_degree = 0;            // links a node at level 0, before repair
  // Nodes by links that point at them, level 0, before repair: 0, 1, 2-3, 4-7, 8-15, ...
  std::vector<std::uint64_t> in_degree_histogram{};
};

// Degrees and reachability at level 0, without repair. Whole graphs; vectors are not used.
ConnectivityReport check_connectivity(const HnswGraph& graph);

// One level of a whole graph under repair; the graph's vectors are not used, so that the caller may keep them
// elsewhere. Use: construct; give nearest_marked() rows for stuck() to attach_stuck().
class LevelRepair {
 public:
  // Finds unreachable nodes and links those whose own neighbours are reached.
  LevelRepair(HnswGraph& graph, std::uint32_t level);

  // Nodes that lead to no reached node, one for each such island.
  std::span<const NodeId> stuck() const { return stuck_; }
  // For each node, 1 if it is reached without the islands.
  std::span<const std::uint8_t> reached() const { return reached_; }

  // Row i of `nearest` are `width` reached nodes near stuck()[i], nearest first; entries with infinite distance are
  // none.
  void attach_stuck(std::span<const Neighbor> nearest, std::size_t width);

  std::uint64_t unreachable_before() const { return unreachable_before_; }
  std::span<const NodeId> changed() const { return changed_; }  // nodes whose lists changed; may repeat

 private:
  std::size_t row(NodeId node) const;
  bool on_level(std::size_t node) const { return graph_->levels[node] >= level_; }
  void reach_from(std::vector<NodeId> starts);
  bool attach(NodeId from, NodeId node);
  bool attach_by_own_links();
  void attach_anywhere(NodeId node);

  HnswGraph* graph_;
  std::uint32_t level_;
  NeighborLists* lists_;
  std::vector<std::uint8_t> reached_;  // 1 reached; 0 not, or part of an island
  std::vector<std::uint8_t> visited_;  // reached, or hanging below a stuck node
  std::vector<NodeId> parent_;         // in the search tree; itself at a start
  std::vector<NodeId> stuck_;
  std::vector<NodeId> changed_;
  std::uint64_t unreachable_before_ = 0;
};

// For each query the `width` nearest rows with marked[row] != 0, flat and padded as exact_top_k's. O(queries * rows).
std::vector<Neighbor> nearest_marked(MatrixView rows, NodeId first, std::span<const std::uint8_t> marked,
                                     MatrixView queries, std::size_t width);

// All levels of a whole graph with its vectors. Afterwards unreachable_after is 0.
ConnectivityReport repair_connectivity(HnswGraph& graph);

// Reached nodes to look for near a stuck one: the first has room nearly always.
inline constexpr std::size_t kRepairWidth = 8;

}  // namespace linktrail
