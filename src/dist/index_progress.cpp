#include "dist/index_progress.h"

#include <algorithm>
#include <numeric>

namespace linktrail::dist {

namespace {

// Distances a row, to two digits (m 16, ef_construction 200).
constexpr double kBuildWeight = 2000;
constexpr double kSearchWeight = 200;  // a foreign shard
constexpr double kPruneWeight = 200;
constexpr double kUpperWeight = 120;  // 1/m of the rows are built again
constexpr double kRepairWeight = 20;  // counts no distances unless there are islands

constexpr std::array<std::string_view, 5> kNames{"build", "search", "prune", "upper", "repair"};

}  // namespace

ProgressTracker::ProgressTracker(const IndexObserver& observer, int ranks)
    : observer_(&observer),
      weights_(ranks == 1 ? std::array{kBuildWeight, 0.0, 0.0, 0.0, kRepairWeight}
                          : std::array{kBuildWeight, kSearchWeight * (ranks - 1), kPruneWeight, kUpperWeight * ranks,
                                       kRepairWeight * ranks}) {}

void ProgressTracker::at(IndexPhase phase, std::size_t done, std::size_t total) const {
  if (!*observer_) return;
  const auto index = static_cast<std::size_t>(phase);
  const double before = std::accumulate(weights_.begin(), weights_.begin() + static_cast<std::ptrdiff_t>(index), 0.0);
  const double all = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  const double part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  (*observer_)({kNames[index], std::min(1.0, (before + weights_[index] * part) / all)});
}

}  // namespace linktrail::dist
