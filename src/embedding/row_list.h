// Rows of a round as the kernels take them.
#pragma once

#include <span>

#include "embedding/kernels.h"
#include "embedding/round_rows.h"

namespace linktrail {

// Refers to both; the kernels write to the table. The numbers are those that touch() returned in this round.
inline RowList row_list(RoundRows& table, std::span<const std::uint32_t> rows) {
  return {
      .table = table.table(), .stride = table.stride(), .dim = table.dim(), .rows = rows.data(), .count = rows.size()};
}

}  // namespace linktrail
