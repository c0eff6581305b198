#include "index/recall.h"

#include <algorithm>

namespace linktrail {

double recall_at(std::span<const Neighbor> found, std::span<const Neighbor> truth, std::size_t k, float epsilon) {
  const std::size_t wanted = std::min(k, truth.size());
  if (wanted == 0) return 1;
  const float limit = truth[wanted - 1].distance + epsilon;
  const auto right =
      std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, found.size())),
                    [&](const Neighbor& neighbor) { return neighbor.distance <= limit; });
  return static_cast<double>(right) / static_cast<double>(wanted);
}

}  // namespace linktrail
