#include "simulate/weighted_choice.h"

#include <algorithm>

namespace linktrail {

std::vector<double> running_sums(std::span<const double> weights) {
  std::vector<double> sums;
  sums.reserve(weights.size());
  double sum = 0;
  for (const double weight : weights) sums.push_back(sum += weight);
  return sums;
}

std::size_t choose(std::span<const double> sums, RandomStream& random) {
  const double at = random.uniform_double() * sums.back();
  const auto found = std::upper_bound(sums.begin(), sums.end(), at);
  // Rounding may lift `at` to the last sum itself.
  return std::min(static_cast<std::size_t>(found - sums.begin()), sums.size() - 1);
}

}  // namespace linktrail
