#include "collect/part_plan.h"

#include <algorithm>
#include <numeric>

namespace linktrail {

PartPlan::PartPlan(const PageWeights& weights) : part_of_run_(weights.runs().size()) {
  std::uint64_t total = 0;
  for (const auto& runs : weights.runs()) total = std::accumulate(runs.begin(), runs.end(), total);
  const std::uint64_t wanted = std::clamp<std::uint64_t>(total / kLinksPerPart, 1, kMostParts);
  const std::uint64_t share = std::max<std::uint64_t>(1, (total + wanted - 1) / wanted);
  std::uint64_t before = 0;
  std::uint32_t last = 0;  // parts behind the last run would be empty
  for (std::size_t wiki = 0; wiki < part_of_run_.size(); ++wiki) {
    for (const std::uint64_t weight : weights.runs()[wiki]) {
      if (weight > 0) last = static_cast<std::uint32_t>(before / share);
      part_of_run_[wiki].push_back(last);
      before += weight;
    }
  }
  parts_ = std::size_t{last} + 1;
}

}  // namespace linktrail
