// The one body of the dot kernels; included by a .cpp file for each instruction set (see distance.h).
#pragma once

#include <cstddef>
#include <cstring>

namespace linktrail {
namespace {

using Lanes = float __attribute__((vector_size(64)));
constexpr std::size_t kLanes = 16;

using Half = float __attribute__((vector_size(32)));
using Quarter = float __attribute__((vector_size(16)));

// Halving again and again fixes the order of the additions whatever the vector width.
inline float sum_of_lanes(Lanes sum) {
  const Half eight = __builtin_shufflevector(sum, sum, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15);
  const Quarter four =
      __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

inline float dot_body(const float* a, const float* b, std::size_t n) {
  Lanes sum = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Lanes x;
    Lanes y;
    std::memcpy(&x, a + i, sizeof x);
    std::memcpy(&y, b + i, sizeof y);
    sum += x * y;
  }
  float total = sum_of_lanes(sum);
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace linktrail
