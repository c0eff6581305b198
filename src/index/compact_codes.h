// Vectors in 16 bits a value, in two planes: 8-bit codes that a search reads, and 8-bit residuals that re-ranking adds.
//
// Locally-adaptive vector quantisation (Aguerrebere et al. 2023, arXiv 2304.04759) in two levels, with many means:
// vectors come in blocks of neighbours, the mean of a block is subtracted from its vectors, and each vector has a scale
// of its own. The mean's part of an inner product is computed once a query and block, so a search hardly pays for it. A
// value is mean + scale * (code - 128 + (residual - 127.5) / 256).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace linktrail {

inline constexpr int kCodeZero = 128;
inline constexpr int kResidualSteps = 256;

// The scale of number i: 2^(-i / 8), from 1 down to 2^-31.9.
std::array<float, 256> code_scales();

// Bytes of a row of codes: whole cache lines where that costs little. Residuals take dim bytes.
std::size_t code_stride(std::size_t dim);

// A row in both planes, at least dim bytes each.
struct CodedRow {
  std::span<std::uint8_t> codes;
  std::span<std::uint8_t> residuals;
};

// Codes what is left of a vector after its mean, [dim] both; codes beyond dim stay. Returns the number of the scale,
// the smallest that holds all values. Values must be finite.
std::uint8_t encode_vector(std::span<const float> vector, std::span<const float> mean, const CodedRow& to);

// The vector that codes and residuals stand for.
void decode_vector(float scale, const std::uint8_t* codes, const std::uint8_t* residuals, std::span<const float> mean,
                   std::span<float> to);

}  // namespace linktrail
