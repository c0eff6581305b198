// How far a build has come, told to its observer. Internal to the room.
//
// Phases weigh as many distances as they evaluate a row; the measurements of docs/adr/0003 give round numbers.
#pragma once

#include <array>
#include <cstddef>

#include "dist/index.h"

namespace linktrail::dist {

enum class IndexPhase { kBuild, kSearch, kPrune, kUpper, kRepair };

class ProgressTracker {
 public:
  ProgressTracker(const IndexObserver& observer, int ranks);

  // Tells that `done` of `total` equal parts of a phase are behind this rank. Phases come in the order of IndexPhase.
  void at(IndexPhase phase, std::size_t done, std::size_t total) const;

 private:
  const IndexObserver* observer_;
  std::array<double, 5> weights_;
};

}  // namespace linktrail::dist
