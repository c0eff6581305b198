// What a search on index.compact computes beside the dot products with codes, in AVX2 or AVX-512 where the machine has
// them. All ways give the same bits, so that a search finds the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "index/hnsw_graph.h"

namespace linktrail {

// Lists are unpacked in groups of four: so many numbers more than it has may be written.
inline constexpr std::size_t kUnpackedSpare = 4;

struct CompactKernels {
  // The packed list (compact_links.h) that begins at `from`, of which kMaxPackedBytes must be readable, rising. `to`
  // has room for its count, which is its first byte, and kUnpackedSpare. Returns the largest id, 0 for none. Any bytes
  // give some list, modulo 2^32.
  NodeId (*unpack)(NodeId node, const std::uint8_t* from, NodeId* to);
  // to[b] becomes 1 less the dot product of the query, [dim], and the mean of block b; means are [dim, blocks].
  void (*block_distances)(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to);
};

extern const CompactKernels kCompactKernelsPlain;
extern const CompactKernels kCompactKernelsAvx2;  // only where the CPU has AVX2
// Only where the CPU has AVX-512F.
void block_distances_avx512(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to);

CompactKernels best_compact_kernels();

}  // namespace linktrail
