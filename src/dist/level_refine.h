// The guided pass of build_level(): every row looks around from the neighbours that it has. Internal to the room.
#pragma once

#include "dist/level_build.h"
#include "index/vector_lookup.h"

namespace linktrail::dist {

// Collective. Adds to `table` what searches in the draft graph find for each row. Row i of `draft` has the draft's
// links of this rank's row i.
void refine_candidates(const LevelRows& level, const NeighborTable& draft, const LevelParams& params,
                       NeighborTable& table, LevelCosts& costs, const LevelDone& done, const comm::Communicator& comm);

}  // namespace linktrail::dist
