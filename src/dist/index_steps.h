// The steps of build_index(), each in its own file. Internal to the room.
#pragma once

#include "dist/index.h"
#include "dist/index_progress.h"
#include "dist/rows_exchange.h"
#include "index/duplicates.h"

namespace linktrail::dist {

// A rank's shard while it is built: `graph` holds the representatives only, in `all` they come first.
struct Shard {
  HnswGraph graph;
  LabeledRows all;  // representatives by QID, then their copies
  DistinctRows rows;
};

// Collective. Replaces the sub-indexes by one level 0 over all ranks (index_merge.cpp). graph.first is set and ids are
// those of the whole graph. Adds to the report's merge_distances (this rank's).
void merge_level0(Shard& shard, const NodeOwners& owners, const IndexParams& params, const ProgressTracker& progress,
                  IndexReport& report, const comm::Communicator& comm);

// Collective. Builds levels >= 1 on rank 0 and hands every rank its lists (index_merge.cpp).
void rebuild_upper_levels(HnswGraph& graph, IndexReport& report, const comm::Communicator& comm);

// Collective. Sends rows to ranks by a hash of their values, so that equal ones meet; representatives come before
// copies.
Shard distribute_by_value(MatrixView my_vectors, std::span<const Qid> my_qids, const comm::Communicator& comm);

// Collective. The whole graph by cells (index_cells.cpp), all levels repaired; fills all of the report but what is
// counted at the end of build_index(). This rank's distances are added.
HnswGraph build_by_cells(Shard shard, const IndexParams& params, const IndexObserver& observer, IndexReport& report,
                         const comm::Communicator& comm);

// Collective. Checks and repairs level 0 over all ranks; fills report.connectivity, equal on all ranks
// (index_repair.cpp).
void repair_level0(HnswGraph& part, const NodeOwners& owners, IndexReport& report, const comm::Communicator& comm);

}  // namespace linktrail::dist
