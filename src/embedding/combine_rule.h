// How the changes that several ranks made to one row become one change. docs/numerics.md has the measurements.
#pragma once

#include <cstddef>
#include <span>

namespace linktrail {

enum class CombineRule {
  kAdasum,          // orthogonal changes add, parallel ones average (Maleki et al. 2020, arXiv 2006.02924)
  kTouchedAverage,  // mean over the ranks that changed the row
  kAverage,         // mean over all ranks
};

// Combines the deltas of one row: deltas[i] points to `n` floats of the i-th rank that touched it, in rank
// order; `ranks` counts all of them. The result is left in deltas[0]; the others are scratch. Adasum goes
// pairwise up a binary tree in that order, so the result is deterministic. deltas is not empty.
void combine_row(CombineRule rule, std::span<float* const> deltas, std::size_t n, int ranks);

}  // namespace linktrail
