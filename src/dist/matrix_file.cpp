#include "dist/matrix_file.h"

#include <algorithm>
#include <cstring>

#include "dist/embedding_rows.h"

namespace linktrail::dist {

void write_matrix(h5::H5Writer& file, const std::string& name, const Matrix& matrix, const comm::Communicator& comm) {
  const auto [begin, end] = row_block(matrix.rows(), comm.rank(), comm.size());
  const MatrixView share{
      .data = matrix.row_data(begin), .rows = end - begin, .dim = matrix.dim(), .stride = matrix.stride()};
  file.write_rows(name, share, begin, matrix.rows());
}

Matrix read_matrix(const h5::H5Reader& file, const std::string& name) {
  return file.read_matrix(name, 0, file.shape(name).rows);
}

void read_share(const h5::H5Reader& file, const std::string& name, Matrix& matrix, const comm::Node& node) {
  constexpr std::size_t kRowsAtATime = 1 << 16;  // so that the copy in between stays small
  const RowRange share = share_of_rank(matrix.rows(), node);
  for (std::size_t begin = share.begin; begin < share.end; begin += kRowsAtATime) {
    const std::size_t rows = std::min(kRowsAtATime, share.end - begin);
    const Matrix part = file.read_matrix(name, begin, rows);
    std::memcpy(matrix.row_data(begin), part.data(), rows * matrix.stride() * sizeof(float));
  }
}

}  // namespace linktrail::dist
