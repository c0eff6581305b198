// Where the nodes of an index of cells lie, and their order. Internal to the room.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "dist/index_steps.h"
#include "dist/level_plan.h"
#include "dist/rows_exchange.h"

namespace linktrail::dist {

// This rank's nodes in the order of their final numbers: by home leaf, then groups of equal vectors by the label of the
// one that represents them, which comes first.
struct Placed {
  LabeledRows all;
  std::vector<std::uint32_t> representatives;  // rows of `all`; copies follow theirs
  std::vector<LeafId> leaves;                  // of the representatives, overlap() each

  std::size_t copies_of(std::size_t representative) const {
    const std::size_t next =
        representative + 1 < representatives.size() ? representatives[representative + 1] : all.labels.size();
    return next - representatives[representative] - 1;
  }
};

// Collective. Moves all rows to the ranks of their home leaves.
Placed place(Shard shard, const LevelPlan& plan, const comm::Communicator& comm);

}  // namespace linktrail::dist
