#include "index/int8_dot.h"

#include <algorithm>
#include <cmath>

namespace linktrail {

namespace {

// 127 * 256: the largest value whose high byte is one.
constexpr float kMaxValue = 32512;
// 255 times the sum of the values' sizes must stay below 2^31.
constexpr float kMaxSum = 8.4e6F;

float step_of(std::span<const float> query) {
  float largest = 0;
  float sum = 0;
  for (const float x : query) {
    largest = std::max(largest, std::abs(x));
    sum += std::abs(x);
  }
  const float step = std::max(largest / kMaxValue, sum / kMaxSum);
  return std::isfinite(step) && step > 0 ? step : 1.0F;
}

}  // namespace

CodeQuery make_code_query(std::span<const float> query) {
  CodeQuery result;
  make_code_query(query, result);
  return result;
}

void make_code_query(std::span<const float> query, CodeQuery& to) {
  const std::size_t padded = (query.size() + kCodeBlock - 1) / kCodeBlock * kCodeBlock;
  to.dim = query.size();
  to.values.assign(padded, 0);
  to.high.assign(padded, 0);
  to.low.assign(padded, 0);
  to.step = step_of(query);
  to.sum = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    const float scaled = query[i] / to.step;
    // Not a number becomes 0, so that a damaged query is harmless.
    const int value = scaled == scaled ? static_cast<int>(std::lrint(std::clamp(scaled, -kMaxValue, kMaxValue))) : 0;
    const int low = static_cast<std::int8_t>(value & 0xff);
    to.values[i] = static_cast<std::int16_t>(value);
    to.low[i] = static_cast<std::int8_t>(low);
    to.high[i] = static_cast<std::int8_t>((value - low) / 256);
    to.sum += value;
  }
}

void code_dots_plain(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  const std::int16_t* values = query.values.data();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::uint8_t* row = codes.data + rows[r] * codes.stride;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < query.dim; ++i) sum += static_cast<std::int32_t>(row[i]) * values[i];
    to[r] = sum;
  }
}

bool has_vnni() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

CodeDotKernel best_code_dot_kernel() {
#if defined(__x86_64__)
  if (has_vnni()) return code_dots_vnni;
  if (__builtin_cpu_supports("avx2")) return code_dots_avx2;
#endif
  return code_dots_plain;
}

}  // namespace linktrail
