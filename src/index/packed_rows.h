// Rows laid out for the score kernel, and their dot products with others, a few rows at a time.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "index/leaf_kernels.h"

namespace linktrail {

class PackedRows {
 public:
  PackedRows() : kernels_(&best_leaf_kernels()) {}
  explicit PackedRows(const LeafKernels& kernels) : kernels_(&kernels) {}

  // Copies the rows; replaces what was there.
  void pack(MatrixView rows);

  std::size_t rows() const { return rows_; }
  // Floats of a row of scores: rows() rounded up to kScorePad.
  std::size_t width() const { return (rows_ + kScorePad - 1) / kScorePad * kScorePad; }

  // Calls visit(i, scores) for rows i of `left` (same dim, in order) with their width() dot products, -infinity behind
  // the last; `visit` may overwrite them.
  template <class Visit>
  void for_each_row_of_scores(MatrixView left, Visit visit) {
    tile_.resize(kScoreRows * width());
    for (std::size_t begin = 0; begin < left.rows; begin += kScoreRows) {
      score_tile(left, begin);
      for (std::size_t i = begin; i < std::min(begin + kScoreRows, left.rows); ++i)
        visit(i, std::span<float>(tile_.data() + (i - begin) * width(), width()));
    }
  }

 private:
  void score_tile(MatrixView left, std::size_t begin);

  const LeafKernels* kernels_;
  std::size_t rows_ = 0;
  std::size_t dim_ = 0;
  std::vector<float> packed_;
  std::vector<float> tile_;
};

}  // namespace linktrail
