// Draws positions in proportion to weights: binary search in running sums. O(n) memory, O(log n) a draw.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/random.h"

namespace linktrail {

// Running sums of `weights`, which are >= 0.
std::vector<double> running_sums(std::span<const double> weights);

// A position drawn in proportion to its weight; `sums` is not empty and its last value is positive.
std::size_t choose(std::span<const double> sums, RandomStream& random);

}  // namespace linktrail
