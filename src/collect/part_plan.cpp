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
  for (std::size_t wiki = 0; wiki < part_of_run_.size(); ++wiki) {
    for (const std::uint64_t weight : weights.runs()[wiki]) {
      part_of_run_[wiki].push_back(static_cast<std::uint32_t>(before / share));
      before += weight;
    }
  }
  parts_ = before == 0 ? 1 : (before - 1) / share + 1;
  for (auto& runs : part_of_run_)
    for (auto& part : runs) part = std::min<std::uint32_t>(part, static_cast<std::uint32_t>(parts_ - 1));
}

}  // namespace linktrail
