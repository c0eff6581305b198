// Rows of a Matrix as the kernels take them.
#pragma once

#include <span>

#include "core/ids.h"
#include "core/matrix.h"
#include "embedding/kernels.h"

namespace linktrail {

// Refers to both; the kernels write to the matrix.
inline RowList row_list(Matrix& matrix, std::span<const TokenId> rows) {
  return {.table = matrix.data(),
          .stride = matrix.stride(),
          .dim = matrix.dim(),
          .rows = rows.data(),
          .count = rows.size()};
}

}  // namespace linktrail
