// The upper levels of a merged graph, built anew from the nodes that own them: 1/m of all, so one process can.
//
// Levels 1, 2, ... of a graph with m links are levels 0, 1, ... of a stock build with m / 2 links: its level 0 holds as
// many links as our lists do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

struct UpperNodes {
  MatrixView vectors;                    // [n, dim]
  std::span<const NodeId> ids;           // [n] in the whole graph, rising
  std::span<const Qid> labels;           // [n]
  std::span<const std::uint8_t> levels;  // [n], at least 1
};

struct UpperLevels {
  std::vector<std::uint64_t> begin;  // [n + 1]: node i owns rows begin[i] + level - 1 of lists
  NeighborLists lists;               // capacity m, ids of the whole graph
  NodeId entry_point = 0;
  std::int32_t max_level = 0;  // 0 if there are no nodes
  std::uint64_t distances = 0;
  std::uint64_t repaired = 0;  // links added so that every level is reachable from the one above
};

UpperLevels build_upper_levels(const UpperNodes& nodes, const HnswParams& params);

}  // namespace linktrail
