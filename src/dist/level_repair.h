// Reachability of one level over ranks, and the repair, without a rank that sees all links. The rule is
// index/connectivity.h's: every node is reached from the starts, and a repair never removes a link of the search tree.
// Internal to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.h"
#include "dist/rows_exchange.h"
#include "index/connectivity.h"
#include "index/hnsw_graph.h"

namespace linktrail::dist {

// This rank's nodes of a level: vectors and links, whose ids are those of the level.
struct LinkedRows {
  MatrixView rows;
  NeighborLists* lists = nullptr;
  const NodeOwners* owners = nullptr;
  NodeId first = 0;
};

struct RepairReport {
  std::uint64_t unreachable_before = 0;
  std::uint64_t unreachable_after = 0;  // 0 unless there are no starts
  std::uint64_t repaired = 0;           // links added
};

// Collective. Adds links until every node is reached from the starts (rows of this rank). Equal on all ranks; the links
// are the same for any number of ranks.
RepairReport repair_level(const LinkedRows& level, std::span<const std::uint32_t> starts,
                          const comm::Communicator& comm);

// Collective. Degrees of a level (mean, none that point at a node, histogram), equal on all ranks; the rest stays 0.
ConnectivityReport count_degrees(const LinkedRows& level, const comm::Communicator& comm);

}  // namespace linktrail::dist
