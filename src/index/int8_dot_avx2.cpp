// int8_dot.h for processors with AVX2; this file alone is compiled for them.
#include "index/int8_dot.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace linktrail {

namespace {

// Sixteen codes widened to 16 bits, times sixteen values, neighbours added: |sum| <= 2 * 255 * 32512 fits 32 bits.
inline __m256i multiply_16(const std::uint8_t* codes, const std::int16_t* values) {
  const __m256i wide = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  return _mm256_madd_epi16(wide, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)));
}

inline __m256i dot_lanes(const std::uint8_t* row, const CodeQuery& query, std::size_t padded) {
  __m256i even = _mm256_setzero_si256();
  __m256i odd = _mm256_setzero_si256();
  for (std::size_t i = 0; i < padded; i += 32) {
    even = _mm256_add_epi32(even, multiply_16(row + i, query.values.data() + i));
    odd = _mm256_add_epi32(odd, multiply_16(row + i + 16, query.values.data() + i + 16));
  }
  return _mm256_add_epi32(even, odd);
}

inline std::int32_t sum_of_lanes(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
  return _mm_cvtsi128_si32(sum);
}

}  // namespace

void code_dots_avx2(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  const std::size_t padded = (query.dim + 31) / 32 * 32;
  std::size_t r = 0;
  // Four rows at a time share the additions across lanes.
  for (; r + 4 <= rows.size(); r += 4) {
    const __m256i a = dot_lanes(codes.data + rows[r] * codes.stride, query, padded);
    const __m256i b = dot_lanes(codes.data + rows[r + 1] * codes.stride, query, padded);
    const __m256i c = dot_lanes(codes.data + rows[r + 2] * codes.stride, query, padded);
    const __m256i d = dot_lanes(codes.data + rows[r + 3] * codes.stride, query, padded);
    const __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    const __m128i total = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + r), total);
  }
  for (; r < rows.size(); ++r) to[r] = sum_of_lanes(dot_lanes(codes.data + rows[r] * codes.stride, query, padded));
}

}  // namespace linktrail

#else
namespace linktrail {
void code_dots_avx2(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  code_dots_plain(codes, query, rows, to);
}
}  // namespace linktrail
#endif
