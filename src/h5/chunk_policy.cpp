#include "h5/chunk_policy.h"

#include <algorithm>

namespace linktrail::h5 {

std::uint64_t chunk_rows(std::uint64_t rows_total, std::uint64_t row_bytes) {
  return std::clamp<std::uint64_t>(kTargetChunkBytes / std::max<std::uint64_t>(1, row_bytes), 1, rows_total);
}

}  // namespace linktrail::h5
