#include "core/matrix.h"

#include <sys/mman.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

namespace linktrail {

namespace {

// Below 4 MiB a matrix fits the second-level TLB with small pages; above, huge pages save misses.
constexpr std::size_t kHugePageBytes = 2UL << 20;

float* allocate_zeroed(std::size_t floats) {
  const std::size_t bytes = floats * sizeof(float);
  const bool huge = bytes >= 2 * kHugePageBytes;
  const std::size_t alignment = huge ? kHugePageBytes : kRowAlignBytes;
  const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, size);
  if (memory == nullptr) throw std::bad_alloc();
  if (huge) madvise(memory, size, MADV_HUGEPAGE);
  std::memset(memory, 0, size);
  return static_cast<float*>(memory);
}

}  // namespace

void Matrix::Free::operator()(float* p) const { std::free(p); }

Matrix::Matrix(std::size_t rows, std::size_t dim) : rows_(rows), dim_(dim), stride_(padded_dim(dim)) {
  if (rows_ * stride_ > 0) data_.reset(allocate_zeroed(rows_ * stride_));
}

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
    const auto scale = static_cast<float>(1.0 / std::sqrt(square));
    for (float& x : matrix.row(i)) x *= scale;
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
