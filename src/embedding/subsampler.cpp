#include "embedding/subsampler.h"

#include <cmath>
#include <numeric>

namespace linktrail {

Subsampler::Subsampler(std::span<const std::uint64_t> counts, double threshold) {
  const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  std::size_t used = 0;
  keep_.resize(counts.size(), 1.0F);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double ratio = threshold * total / static_cast<double>(counts[i]);
    keep_[i] = static_cast<float>(std::sqrt(ratio) + ratio);
    if (keep_[i] < 1) used = i + 1;
  }
  keep_.resize(used);
  keep_.shrink_to_fit();
}

}  // namespace linktrail
