// Row-major float matrices for embeddings: rows start on 64-byte lines and are padded with zeros.
//
// `dim` is what users see; `stride` (dim rounded up to 16 floats) is what kernels walk over. Padding
// stays zero, so dot products over the stride equal those over the dim.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace linktrail {

inline constexpr std::size_t kRowAlignBytes = 64;
inline constexpr std::size_t kRowAlignFloats = kRowAlignBytes / sizeof(float);

// Floats from the start of one row to the next for rows of `dim` floats.
constexpr std::size_t padded_dim(std::size_t dim) {
  return (dim + kRowAlignFloats - 1) / kRowAlignFloats * kRowAlignFloats;
}

// A read-only view of rows; does not own them.
struct MatrixView {
  const float* data = nullptr;
  std::size_t rows = 0;
  std::size_t dim = 0;
  std::size_t stride = 0;  // floats, >= dim

  std::span<const float> row(std::size_t i) const { return {data + i * stride, dim}; }
  const float* row_data(std::size_t i) const { return data + i * stride; }
};

class Matrix {
 public:
  Matrix() = default;
  // rows x dim zeros. Large matrices ask the kernel for huge pages (madvise).
  Matrix(std::size_t rows, std::size_t dim);
  // Over memory of rows x padded_dim(dim) floats, 64-byte aligned, padding zero, that others may have a share of, as
  // the ranks of a node do.
  Matrix(std::size_t rows, std::size_t dim, std::shared_ptr<void> memory);
  Matrix(Matrix&&) = default;
  Matrix& operator=(Matrix&&) = default;

  std::size_t rows() const { return rows_; }
  std::size_t dim() const { return dim_; }
  std::size_t stride() const { return stride_; }
  bool empty() const { return rows_ == 0; }

  float* data() { return static_cast<float*>(memory_.get()); }
  const float* data() const { return static_cast<const float*>(memory_.get()); }
  float* row_data(std::size_t i) { return data() + i * stride_; }
  const float* row_data(std::size_t i) const { return data() + i * stride_; }
  std::span<float> row(std::size_t i) { return {row_data(i), dim_}; }
  std::span<const float> row(std::size_t i) const { return {row_data(i), dim_}; }

  MatrixView view() const { return {data(), rows_, dim_, stride_}; }
  operator MatrixView() const { return view(); }  // NOLINT(google-explicit-constructor)

  // Deep copy; copying is never implicit, since these are the largest things in memory.
  Matrix clone() const;

 private:
  std::shared_ptr<void> memory_;
  std::size_t rows_ = 0;
  std::size_t dim_ = 0;
  std::size_t stride_ = 0;
};

// Scales every row to Euclidean length 1; rows of length 0 stay 0. Returns how many were 0.
std::size_t normalize_rows(Matrix& matrix);

// Whether every value is finite. Metrics must be refused on anything else.
bool all_finite(MatrixView matrix);

}  // namespace linktrail
