#include "embedding/negative_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/checked_cast.h"

namespace linktrail {
namespace {

constexpr std::uint32_t kAlways = std::numeric_limits<std::uint32_t>::max();

// A probability in [0, 1] as a fraction of 2^32.
std::uint32_t to_threshold(double probability) {
  return probability >= 1 ? kAlways : static_cast<std::uint32_t>(probability * 0x1p32);
}

}  // namespace

NegativeSampler::NegativeSampler(std::span<const std::uint64_t> counts, double exponent) {
  if (counts.empty()) throw std::invalid_argument("negative sampling needs at least one token");
  std::vector<double> weights;
  for (std::size_t begin = 0, end = 0; begin < counts.size(); begin = end) {
    while (end < counts.size() && counts[end] == counts[begin]) ++end;
    const auto length = checked_cast<std::uint32_t>(end - begin);
    const double count = static_cast<double>(std::max<std::uint64_t>(counts[begin], 1));
    runs_.push_back({.first = checked_cast<TokenId>(begin), .length = length});
    weights.push_back(static_cast<double>(length) * std::pow(count, exponent));
  }
  build_alias_table(std::move(weights));
}

void NegativeSampler::build_alias_table(std::vector<double> weights) {
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    weights[i] /= mean;
    runs_[i].threshold = kAlways;
    runs_[i].alias = i;  // what is left over by rounding keeps its whole share
    (weights[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back(), rich = large.back();
    small.pop_back();
    runs_[poor].threshold = to_threshold(weights[poor]);
    runs_[poor].alias = rich;
    weights[rich] -= 1 - weights[poor];
    if (weights[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
}

}  // namespace linktrail
