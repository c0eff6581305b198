// The one body of the dot kernels; included by a .cpp file for each instruction set (see distance.h), which says in
// LINKTRAIL_DOT_BYTES how wide its registers are: 16, 32 or 64.
//
// Sixteen sums whatever the width, so every machine adds in the same order. They are variables of the machine's own
// width, because GCC 12 keeps a 64-byte vector in memory where registers are narrower: that took three times as long.
#pragma once

#include <cstddef>
#include <cstring>

namespace linktrail {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kParts = 64 / LINKTRAIL_DOT_BYTES;

using Part = float __attribute__((vector_size(LINKTRAIL_DOT_BYTES)));
using Quarter = float __attribute__((vector_size(16)));

inline Part load_part(const float* from) {
  Part part;
  std::memcpy(&part, from, sizeof part);
  return part;
}

// Halving again and again fixes the order of the additions.
inline Quarter fold(const Part* sums) {
#if LINKTRAIL_DOT_BYTES == 16
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
#else
#if LINKTRAIL_DOT_BYTES == 32
  const auto eight = sums[0] + sums[1];
#else
  const auto eight = __builtin_shufflevector(sums[0], sums[0], 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(sums[0], sums[0], 8, 9, 10, 11, 12, 13, 14, 15);
#endif
  return __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#endif
}

inline float dot_body(const float* a, const float* b, std::size_t n) {
  Part sums[kParts] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
#pragma GCC unroll 4
    for (std::size_t p = 0; p < kParts; ++p) {
      const std::size_t at = i + p * (kLanes / kParts);
      sums[p] += load_part(a + at) * load_part(b + at);
    }
  const Quarter four = fold(sums);
  float total = (four[0] + four[2]) + (four[1] + four[3]);
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace linktrail
