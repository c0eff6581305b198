// Where in space a row belongs: cells by k-means on a sample, cut into leaves by k-means again.
//
// A row belongs to its few nearest leaves, so that leaves overlap; the nearest is its home. All of it follows from the
// sample alone, never from who holds which row, so that it is the same for any number of ranks. After the balanced
// overlapping partitions of DiskANN and SOGAIC, and the leaves of PiPNN (arXiv 2602.21247).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "index/packed_rows.h"

namespace linktrail {

using LeafId = std::uint32_t;

struct LeafParams {
  std::uint32_t leaf_rows = 0;     // rows of a leaf, overlap included, on average
  std::uint32_t overlap = 0;       // leaves of a row
  std::uint32_t cell_rows = 0;     // rows at home in a cell, on average; may be fewer than a leaf has, overlap included
  std::uint32_t sample_rows = 24;  // of the sample, for each leaf
};

inline constexpr std::uint32_t kMaxOverlap = 16;

// Throws UsageError for parameters that make no partition.
void check(const LeafParams& params);

// How many rows of `rows` the sample should have, about.
std::uint64_t sample_size(std::uint64_t rows, const LeafParams& params);

class LeafPartition {
 public:
  LeafPartition() = default;  // no leaves
  // `sample` are rows drawn from `rows` rows, in an order that does not depend on who drew them; not empty unless
  // `rows` is 0. Deterministic.
  LeafPartition(MatrixView sample, std::uint64_t rows, const LeafParams& params);

  std::size_t leaves() const { return centers_.rows(); }
  std::size_t cells() const { return leaf_begin_.size() - 1; }
  // Cell c has leaves [leaf_begin(c), leaf_begin(c + 1)); near cells and leaves have near numbers.
  std::span<const LeafId> leaf_begin() const { return leaf_begin_; }
  // Leaves of a row: params.overlap, or fewer if there are not so many.
  std::size_t overlap() const { return overlap_; }

  // The nearest leaves of every row, nearest first: rows x overlap(), flat. Only leaves of the row's nearest cells are
  // looked at.
  std::vector<LeafId> assign(MatrixView rows) const;

 private:
  std::vector<LeafId> leaf_begin_{0};
  Matrix cell_centers_;
  Matrix centers_;  // of leaves
  std::size_t overlap_ = 1;
};

}  // namespace linktrail
