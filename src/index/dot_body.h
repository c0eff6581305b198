// The one body of the dot kernels; included by a .cpp file for each instruction set (see distance.h).
#pragma once

#include <cstddef>
#include <cstring>

namespace linktrail {
namespace {

using Lanes = float __attribute__((vector_size(64)));
constexpr std::size_t kLanes = 16;

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
  // Halving by explicit lanes fixes the order of the additions whatever the vector width.
  float lane[kLanes];
  std::memcpy(lane, &sum, sizeof sum);
  for (std::size_t width = kLanes / 2; width > 0; width /= 2)
    for (std::size_t j = 0; j < width; ++j) lane[j] += lane[j + width];
  float total = lane[0];
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace linktrail
