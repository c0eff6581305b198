// The links of one level over ranks, without locks and without a rank that sees all: candidates by cells, links by
// owners. Internal to the room.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.h"
#include "dist/level_plan.h"
#include "dist/rows_exchange.h"
#include "index/hnsw_graph.h"
#include "index/neighbor_table.h"
#include "index/refine_region.h"

namespace linktrail::dist {

// This rank's nodes of a level, [first, first + rows) of all.
struct LevelRows {
  MatrixView rows;
  const NodeOwners* owners = nullptr;
  NodeId first = 0;
  // Ends of the stretches of rows within which links are refined: they cut the rows as all ranks together would,
  // whatever their number. Empty for no refinement.
  std::vector<std::size_t> stretch_ends{};
};

struct LevelParams {
  std::uint32_t capacity = 32;    // of a list
  std::uint32_t candidates = 48;  // considered for a node
  std::uint32_t fill = 0;         // forward links at least
  float slack = 1;                // of the choice of forward links
  SubIndexParams sub_index;
  RefineParams refine;
  std::uint64_t batch_rows = 1U << 16;  // pruned between two exchanges of vectors
};

struct LevelCosts {
  std::uint64_t build_distances = 0;  // in sub-indexes
  std::uint64_t merge_distances = 0;  // in choosing links and refining
  double build_seconds = 0;
  double prune_seconds = 0;
  double refine_seconds = 0;
};

// Links that the rows should consider besides those found: row i has links [begin[i], begin[i + 1]).
struct ExtraLinks {
  std::vector<std::size_t> begin;
  std::vector<Neighbor> links;
};

// Told the share of the level's work that this rank has done, 0..1.
using LevelDone = std::function<void(double share)>;

// Collective. The lists of this rank's rows, sorted by distance; row i keeps slots[i] links free (empty for none).
// `extra` may be empty. The same for any number of ranks, if rows are numbered the same. All ranks throw AgreedError if
// one fails.
NeighborTable build_level(const LevelRows& level, const LevelPlan& plan, const LevelParams& params,
                          const ExtraLinks& extra, std::span<const std::uint32_t> slots, LevelCosts& costs,
                          const LevelDone& done, const comm::Communicator& comm);

}  // namespace linktrail::dist
