#include "index/compact_kernels.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace linktrail {

namespace {

constexpr std::array<std::uint32_t, 4> kMasks{0xffU, 0xffffU, 0xffffffU, 0xffffffffU};

NodeId unpack(NodeId node, const std::uint8_t* from, NodeId* to) {
  const std::size_t count = *from;
  const std::uint8_t* control = from + 1;
  const std::uint8_t* data = control + (count + 3) / 4;
  NodeId largest = 0;
  NodeId last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t length = (control[i / 4] >> (2 * (i % 4))) & 3U;
    std::uint32_t gap = 0;
    std::memcpy(&gap, data, sizeof gap);
    gap &= kMasks[length];
    data += length + 1;
    last = i == 0 ? node + ((gap >> 1) ^ (0U - (gap & 1))) : last + gap + 1;
    largest = std::max(largest, last);
    to[i] = last;
  }
  return largest;
}

void block_distances(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  std::fill_n(to, blocks, 1.0F);
  for (std::size_t d = 0; d < dim; ++d)
    for (std::size_t b = 0; b < blocks; ++b) to[b] -= query[d] * means[d * blocks + b];
}

}  // namespace

const CompactKernels kCompactKernelsPlain{.unpack = unpack, .block_distances = block_distances};

CompactKernels best_compact_kernels() {
  CompactKernels best = kCompactKernelsPlain;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) best = kCompactKernelsAvx2;
  if (__builtin_cpu_supports("avx512f")) best.block_distances = block_distances_avx512;
#endif
  return best;
}

}  // namespace linktrail
