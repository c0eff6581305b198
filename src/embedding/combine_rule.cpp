#include "embedding/combine_rule.h"

#include <array>

namespace linktrail {
namespace {

// In four lanes of double: enough independent sums to hide the latency, in a fixed order.
double dot(const float* a, const float* b, std::size_t n) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (std::size_t lane = 0; lane < 4; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
  for (; i < n; ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Half of what a projects onto b counts twice; the coefficient takes it off. A delta of zero changes nothing.
float adasum_coefficient(double product, double norm) {
  return norm > 0 ? static_cast<float>(1 - product / (2 * norm)) : 1.0F;
}

void adasum_pair(float* a, const float* b, std::size_t n) {
  const double product = dot(a, b, n);
  const float scale_a = adasum_coefficient(product, dot(a, a, n));
  const float scale_b = adasum_coefficient(product, dot(b, b, n));
  for (std::size_t i = 0; i < n; ++i) a[i] = scale_a * a[i] + scale_b * b[i];
}

void adasum(std::span<float* const> deltas, std::size_t n) {
  for (std::size_t step = 1; step < deltas.size(); step *= 2)
    for (std::size_t i = 0; i + step < deltas.size(); i += 2 * step) adasum_pair(deltas[i], deltas[i + step], n);
}

void mean(std::span<float* const> deltas, std::size_t n, std::size_t divisor) {
  for (const float* delta : deltas.subspan(1))
    for (std::size_t i = 0; i < n; ++i) deltas[0][i] += delta[i];
  const float scale = 1.0F / static_cast<float>(divisor);
  for (std::size_t i = 0; i < n; ++i) deltas[0][i] *= scale;
}

}  // namespace

void combine_row(CombineRule rule, std::span<float* const> deltas, std::size_t n, int ranks) {
  switch (rule) {
    case CombineRule::kAdasum:
      adasum(deltas, n);
      break;
    case CombineRule::kTouchedAverage:
      mean(deltas, n, deltas.size());
      break;
    case CombineRule::kAverage:
      mean(deltas, n, static_cast<std::size_t>(ranks));
      break;
  }
}

}  // namespace linktrail
