// A part's rows of a tall matrix with few columns, and the small dense products that the spectral embedding needs.
//
// Rows of all parts are cut into chunks of 1024 and parts hold whole chunks. What is computed of a chunk depends on the
// chunk alone, and chunks are added in fixed point, so results are the same bytes for any number of parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "embedding/order_free_sum.h"

namespace linktrail {

inline constexpr std::size_t kChunkRows = 1024;

// First row of each part, and the number of all rows at the end: parts + 1 values, multiples of kChunkRows but the
// last.
std::vector<std::uint64_t> part_bounds(std::uint64_t rows, std::size_t parts);

struct TallBlock {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;  // [rows, columns], flat

  TallBlock(std::size_t rows_, std::size_t columns_) : rows(rows_), columns(columns_), values(rows_ * columns_, 0.0F) {}
  float* row(std::size_t i) { return values.data() + i * columns; }
  const float* row(std::size_t i) const { return values.data() + i * columns; }
};

// A small square matrix of doubles, row by row.
struct SquareMatrix {
  std::size_t size = 0;
  std::vector<double> values;

  explicit SquareMatrix(std::size_t size_) : size(size_), values(size_ * size_, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return values[i * size + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values[i * size + j]; }
};

// The largest absolute value; 0 without rows.
float largest(const TallBlock& block);

// sums[i * columns + j] += (a^T b)_ij. The blocks have the same shape.
void add_products(const TallBlock& a, const TallBlock& b, OrderFreeSums& sums);

// block := block * factor, in place, computed in double.
void multiply_right(TallBlock& block, const SquareMatrix& factor);

// Eigenvalues, falling, and in the columns of `vectors` their eigenvectors, of a symmetric matrix.
struct Eigenpairs {
  std::vector<double> values;
  SquareMatrix vectors;
};
Eigenpairs eigenpairs(const SquareMatrix& symmetric);

// T such that the columns of Z T are orthonormal, from the Gram matrix Z^T Z ("SVQB", Stathopoulos and Wu, 2002: one
// reduction, as Cholesky QR, but it also serves Z of deficient rank). Columns beyond the rank become 0.
SquareMatrix orthonormalizer(const SquareMatrix& gram);

}  // namespace linktrail
