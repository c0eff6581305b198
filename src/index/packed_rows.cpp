#include "index/packed_rows.h"

#include <algorithm>
#include <limits>

namespace linktrail {

void PackedRows::pack(MatrixView rows) {
  rows_ = rows.rows;
  dim_ = rows.dim;
  const std::size_t panel = kernels_->panel;
  packed_.assign(width() * dim_, 0.0F);
  for (std::size_t i = 0; i < rows_; ++i) {
    float* to = packed_.data() + i / panel * panel * dim_ + i % panel;
    const float* from = rows.row_data(i);
    for (std::size_t d = 0; d < dim_; ++d) to[d * panel] = from[d];
  }
}

void PackedRows::score_tile(MatrixView left, std::size_t begin) {
  const float* rows[kScoreRows];
  for (std::size_t i = 0; i < kScoreRows; ++i) rows[i] = left.row_data(std::min(begin + i, left.rows - 1));
  kernels_->scores(rows, packed_.data(), dim_, width() / kernels_->panel, tile_.data(), width());
  for (std::size_t i = 0; i < kScoreRows; ++i)
    std::fill(tile_.begin() + static_cast<std::ptrdiff_t>(i * width() + rows_),
              tile_.begin() + static_cast<std::ptrdiff_t>((i + 1) * width()), -std::numeric_limits<float>::infinity());
}

}  // namespace linktrail
