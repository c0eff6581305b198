#include "embedding/procrustes.h"

#include <Eigen/Dense>

#include <algorithm>

namespace linktrail {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stride = Eigen::OuterStride<>;

// Rows taken at a time: at dim 128 both blocks in double stay within a megabyte of cache.
constexpr std::size_t kBlockRows = 512;

Eigen::Index index_of(std::size_t i) { return static_cast<Eigen::Index>(i); }

Rows block_of(MatrixView matrix, std::size_t begin, std::size_t count) {
  return Eigen::Map<const FloatRows, 0, Stride>(matrix.row_data(begin), index_of(count), index_of(matrix.dim),
                                                Stride(index_of(matrix.stride)))
      .cast<double>();
}

// Scales both rows of every pair to length 1, or to 0 if either has none. Returns the pairs that count.
std::uint64_t scale_pairs(Rows& from, Rows& to) {
  std::uint64_t pairs = 0;
  for (Eigen::Index i = 0; i < from.rows(); ++i) {
    const double lengths = from.row(i).norm() * to.row(i).norm();
    if (lengths > 0) ++pairs;
    from.row(i) *= lengths > 0 ? 1 / lengths : 0.0;  // the product of both rows is all that is summed
  }
  return pairs;
}

}  // namespace

void Procrustes::add(MatrixView from, MatrixView to) {
  Eigen::Map<Rows> covariance(covariance_.data(), index_of(dim_), index_of(dim_));
  for (std::size_t begin = 0; begin < from.rows; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, from.rows - begin);
    Rows a = block_of(from, begin, count);
    Rows b = block_of(to, begin, count);
    pairs_ += scale_pairs(a, b);
    covariance.noalias() += a.transpose() * b;
  }
}

Alignment Procrustes::solve() const {
  Alignment alignment{.rotation = {.dim = dim_, .values = std::vector<double>(dim_ * dim_)}};
  Eigen::Map<Rows> rotation(alignment.rotation.values.data(), index_of(dim_), index_of(dim_));
  rotation.setIdentity();
  if (pairs_ == 0) return alignment;
  const Eigen::Map<const Rows> covariance(covariance_.data(), index_of(dim_), index_of(dim_));
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  rotation = svd.matrixU() * svd.matrixV().transpose();
  const auto pairs = static_cast<double>(pairs_);
  alignment.cosine_before = covariance.trace() / pairs;
  alignment.cosine_after = svd.singularValues().sum() / pairs;
  return alignment;
}

void rotate(const Rotation& rotation, Matrix& matrix, std::size_t begin, std::size_t end) {
  const Eigen::Map<const Rows> turn(rotation.values.data(), index_of(rotation.dim), index_of(rotation.dim));
  for (; begin < end; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, end - begin);
    const Rows turned = block_of(matrix, begin, count) * turn;
    Eigen::Map<FloatRows, 0, Stride>(matrix.row_data(begin), index_of(count), index_of(matrix.dim()),
                                     Stride(index_of(matrix.stride()))) = turned.cast<float>();
  }
}

}  // namespace linktrail
