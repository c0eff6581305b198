// Dot products of many rows of codes, for kernels whose query gives eight sums a row. Include it only in files that are
// compiled for AVX2 or more; everything depends on a type of theirs, so that each has code of its own.
#pragma once

#include <immintrin.h>

#include "index/int8_dot.h"

namespace linktrail {

// `Query::lanes(row)` are eight sums that together are the dot product with the row.
template <class Query>
class CodeRowDots {
 public:
  explicit CodeRowDots(const Query& query) : query_(query) {}

  // to[i] becomes the dot product with row rows[i].
  void run(const CodeRows& codes, std::span<const NodeId> rows, std::int32_t* to) const {
    const auto lanes = [&](std::size_t r) { return query_.lanes(codes.data + rows[r] * codes.stride); };
    std::size_t r = 0;
    // Four rows at a time share the additions across lanes.
    for (; r + 4 <= rows.size(); r += 4) {
      const __m256i ab = _mm256_hadd_epi32(lanes(r), lanes(r + 1));
      const __m256i cd = _mm256_hadd_epi32(lanes(r + 2), lanes(r + 3));
      const __m256i sums = _mm256_hadd_epi32(ab, cd);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + r), halves_added(sums));
    }
    for (; r < rows.size(); ++r) to[r] = sum_of(lanes(r));
  }

 private:
  static __m128i halves_added(__m256i lanes) {
    return _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  }
  static std::int32_t sum_of(__m256i lanes) {
    __m128i sum = halves_added(lanes);
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
    return _mm_cvtsi128_si32(sum);
  }

  Query query_;
};

}  // namespace linktrail
