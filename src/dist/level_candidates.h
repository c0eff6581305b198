// First half of build_level(): what the sub-indexes of all cells find, gathered by the owners of the rows. Internal to
// the room.
#pragma once

#include "dist/level_build.h"

namespace linktrail::dist {

// Collective. The nearest `params.candidates` of what all cells found for each of this rank's rows.
NeighborTable find_candidates(const LevelRows& level, const LevelPlan& plan, const LevelParams& params,
                              LevelCosts& costs, const LevelDone& done, const comm::Communicator& comm);

}  // namespace linktrail::dist
