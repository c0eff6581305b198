#include "dist/matrix_file.h"

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

}  // namespace linktrail::dist
