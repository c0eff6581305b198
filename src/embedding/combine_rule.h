// How the changes that several ranks made to one row become one change. docs/numerics.md has the measurements.
#pragma once

#include <cstddef>
#include <span>

namespace linktrail {

enum class CombineRule {
  kAdasum,          // orthogonal changes add, parallel ones average (Maleki et al. 2020, arXiv 2006.02924)
  kTouchedAverage,  // mean over the ranks that changed the row
  kAverage,         // mean over all ranks
  kCoherence,       // the sum, scaled down as far as its squared length exceeds the sum of squared lengths
};

// The change of one row by one rank, or by several whose changes were merged.
struct RowChange {
  float* values = nullptr;  // [stride] as Matrix pads rows, zero beyond the dim; null: the row was not changed
  float weight = 0;         // how many ranks, or for kCoherence the sum of their squared lengths

  bool is_none() const { return values == nullptr; }
};

// One rank's change, which is `delta`.
RowChange change_of_one(CombineRule rule, float* delta, std::size_t stride);

// Merges the changes of positions 0, 1, ... up a binary tree, pairwise by position, so the result is deterministic, and
// the same if ranks were merged in groups of a power of two before. Overwrites values; none if all are none.
// `correction` is kAdasum's: how much it does of its correction, from 0, when changes add, to 1.
RowChange merge_changes(CombineRule rule, std::span<RowChange> changes, std::size_t stride, float correction = 1);

// Turns what was merged from all of `ranks` ranks into the change to apply, in place.
void finish_change(CombineRule rule, const RowChange& merged, std::size_t stride, int ranks);

}  // namespace linktrail
