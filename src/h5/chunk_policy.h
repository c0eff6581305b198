// How many rows an HDF5 chunk holds: a pure decision, apart from the library.
#pragma once

#include <cstdint>

namespace linktrail::h5 {

// HDF5's chunk cache is 1 MiB a dataset by default: a chunk that fits is decompressed once for neighbouring
// reads. Larger chunks would also waste a reader that wants a few rows.
inline constexpr std::uint64_t kTargetChunkBytes = std::uint64_t{1} << 20;

// Rows per chunk for rows of `row_bytes` bytes: near kTargetChunkBytes, in [1, rows_total]. rows_total >= 1.
std::uint64_t chunk_rows(std::uint64_t rows_total, std::uint64_t row_bytes);

}  // namespace linktrail::h5
