#include "index/compact_codes.h"

#include <algorithm>
#include <cmath>

namespace linktrail {

namespace {

constexpr int kMaxCode = 127;
constexpr float kScalesAnOctave = 8;
constexpr float kHalf = 0.5F;

std::uint8_t scale_number(float largest) {
  if (!(largest > 0)) return 255;
  const float number = -std::log2(largest / kMaxCode) * kScalesAnOctave;
  return static_cast<std::uint8_t>(std::clamp(std::floor(number), 0.0F, 255.0F));
}

}  // namespace

std::array<float, 256> code_scales() {
  std::array<float, 256> scales{};
  for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = std::exp2(-static_cast<float>(i) / kScalesAnOctave);
  return scales;
}

std::size_t code_stride(std::size_t dim) {
  constexpr std::size_t kLine = 64;
  const std::size_t lines = (dim + kLine - 1) / kLine * kLine;
  return 7 * (lines - dim) <= 2 * dim ? lines : (dim + 7) / 8 * 8;
}

std::uint8_t encode_vector(std::span<const float> vector, std::span<const float> mean, const CodedRow& to) {
  static const std::array<float, 256> scales = code_scales();
  float largest = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) largest = std::max(largest, std::abs(vector[i] - mean[i]));
  const std::uint8_t number = scale_number(largest);
  const float inverse = 1.0F / scales[number];
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float scaled = (vector[i] - mean[i]) * inverse;
    const int code = static_cast<int>(std::lrint(std::clamp<float>(scaled, -kMaxCode, kMaxCode)));
    const float rest = (scaled - static_cast<float>(code) + kHalf) * kResidualSteps;
    to.codes[i] = static_cast<std::uint8_t>(code + kCodeZero);
    to.residuals[i] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(std::floor(rest)), 0, kResidualSteps - 1));
  }
  return number;
}

void decode_vector(float scale, const std::uint8_t* codes, const std::uint8_t* residuals, std::span<const float> mean,
                   std::span<float> to) {
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float rest = (static_cast<float>(residuals[i]) + kHalf) / kResidualSteps - kHalf;
    to[i] = mean[i] + scale * (static_cast<float>(codes[i] - kCodeZero) + rest);
  }
}

}  // namespace linktrail
