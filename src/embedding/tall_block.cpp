#include "embedding/tall_block.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace linktrail {
namespace {

using FloatRows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using DoubleRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using SquareView = Eigen::Map<const DoubleRows>;

// Directions whose squared length is below this share of the largest are rounding errors of the floats that they are
// made of.
constexpr double kSmallestShare = 1e-14;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

DoubleRows chunk_of(const TallBlock& block, std::size_t begin) {
  const std::size_t rows = std::min(kChunkRows, block.rows - begin);
  return FloatRows(block.row(begin), index(rows), index(block.columns)).cast<double>();
}

SquareView view(const SquareMatrix& matrix) { return {matrix.values.data(), index(matrix.size), index(matrix.size)}; }

}  // namespace

std::vector<std::uint64_t> part_bounds(std::uint64_t rows, std::size_t parts) {
  const std::uint64_t chunks = (rows + kChunkRows - 1) / kChunkRows;
  std::vector<std::uint64_t> bounds;
  for (std::size_t part = 0; part <= parts; ++part)
    bounds.push_back(std::min(chunks * part / parts * kChunkRows, rows));
  return bounds;
}

float largest(const TallBlock& block) {
  float most = 0;
  for (const float x : block.values) most = std::max(most, std::abs(x));
  return most;
}

void add_products(const TallBlock& a, const TallBlock& b, OrderFreeSums& sums) {
  DoubleRows product(index(a.columns), index(b.columns));
  for (std::size_t begin = 0; begin < a.rows; begin += kChunkRows) {
    product.noalias() = chunk_of(a, begin).transpose() * chunk_of(b, begin);
    for (std::size_t i = 0; i < a.columns * b.columns; ++i) sums.add(i, product.data()[i]);
  }
}

void multiply_right(TallBlock& block, const SquareMatrix& factor) {
  DoubleRows product;
  for (std::size_t begin = 0; begin < block.rows; begin += kChunkRows) {
    product.noalias() = chunk_of(block, begin) * view(factor);
    float* target = block.row(begin);
    for (Eigen::Index i = 0; i < product.size(); ++i) target[i] = static_cast<float>(product.data()[i]);
  }
}

Eigenpairs eigenpairs(const SquareMatrix& symmetric) {
  const Eigen::SelfAdjointEigenSolver<DoubleRows> solver(view(symmetric));
  const std::size_t n = symmetric.size;
  Eigenpairs pairs{.values = std::vector<double>(n), .vectors = SquareMatrix(n)};
  for (std::size_t j = 0; j < n; ++j) {  // Eigen's rise
    pairs.values[j] = solver.eigenvalues()[index(n - 1 - j)];
    for (std::size_t i = 0; i < n; ++i) pairs.vectors(i, j) = solver.eigenvectors()(index(i), index(n - 1 - j));
  }
  return pairs;
}

SquareMatrix orthonormalizer(const SquareMatrix& gram) {
  const std::size_t n = gram.size;
  std::vector<double> inverse_length(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    if (gram(i, i) > 0) inverse_length[i] = 1 / std::sqrt(gram(i, i));
  SquareMatrix scaled(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)  // the mean of both halves: exactly symmetric
      scaled(i, j) = (gram(i, j) + gram(j, i)) / 2 * inverse_length[i] * inverse_length[j];

  const Eigenpairs pairs = eigenpairs(scaled);
  SquareMatrix result(n);
  for (std::size_t j = 0; j < n; ++j) {
    if (!(pairs.values[j] > kSmallestShare * pairs.values[0])) continue;
    for (std::size_t i = 0; i < n; ++i)
      result(i, j) = inverse_length[i] * pairs.vectors(i, j) / std::sqrt(pairs.values[j]);
  }
  return result;
}

}  // namespace linktrail
