#include "core/matrix.h"

#include <cmath>
#include <cstring>

#include "core/lazy_memory.h"

namespace linktrail {

Matrix::Matrix(std::size_t rows, std::size_t dim)
    : Matrix(rows, dim, reserve_zeroed(rows * padded_dim(dim) * sizeof(float))) {}

Matrix::Matrix(std::size_t rows, std::size_t dim, std::shared_ptr<void> memory)
    : memory_(std::move(memory)), rows_(rows), dim_(dim), stride_(padded_dim(dim)) {}

Matrix Matrix::clone() const {
  Matrix copy(rows_, dim_);
  if (rows_ * stride_ > 0) std::memcpy(copy.data(), data(), rows_ * stride_ * sizeof(float));
  return copy;
}

std::size_t normalize_rows(Matrix& matrix) {
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    double square = 0;
    for (const float x : matrix.row(i)) square += static_cast<double>(x) * x;
    if (square == 0) {
      ++zeros;
      continue;
    }
    // In double: of the shortest rows the scale is no float.
    const double scale = 1.0 / std::sqrt(square);
    for (float& x : matrix.row(i)) x = static_cast<float>(x * scale);
  }
  return zeros;
}

bool all_finite(MatrixView matrix) {
  for (std::size_t i = 0; i < matrix.rows; ++i)
    for (const float x : matrix.row(i))
      if (!std::isfinite(x)) return false;
  return true;
}

}  // namespace linktrail
