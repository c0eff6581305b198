// int8_dot.h for processors with AVX2; this file alone is compiled for them.
#include "index/int8_dot.h"

#if defined(__AVX2__)
#include "index/int8_rows.h"

namespace linktrail {

namespace {

// Sixteen codes widened to 16 bits, times sixteen values, neighbours added: |sum| <= 2 * 255 * 32512 fits 32 bits.
inline __m256i multiply_16(const std::uint8_t* codes, __m256i values) {
  const __m256i wide = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  return _mm256_madd_epi16(wide, values);
}

// The values of a query of at most 64: kHalves times 32 of them stay in registers.
template <std::size_t kHalves>
class ShortQuery {
 public:
  explicit ShortQuery(const CodeQuery& query) {
    for (std::size_t i = 0; i < 2 * kHalves; ++i)
      values_[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.values.data() + 16 * i));
  }
  __m256i lanes(const std::uint8_t* row) const {
    __m256i even = multiply_16(row, values_[0]);
    __m256i odd = multiply_16(row + 16, values_[1]);
    for (std::size_t i = 2; i < 2 * kHalves; i += 2) {
      even = _mm256_add_epi32(even, multiply_16(row + 16 * i, values_[i]));
      odd = _mm256_add_epi32(odd, multiply_16(row + 16 * i + 16, values_[i + 1]));
    }
    return _mm256_add_epi32(even, odd);
  }

 private:
  __m256i values_[2 * kHalves];
};

class LongQuery {
 public:
  explicit LongQuery(const CodeQuery& query)
      : values_(reinterpret_cast<const __m256i*>(query.values.data())), pieces_((query.dim + 31) / 32 * 2) {}
  __m256i lanes(const std::uint8_t* row) const {
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    for (std::size_t i = 0; i < pieces_; i += 2) {
      even = _mm256_add_epi32(even, multiply_16(row + 16 * i, _mm256_loadu_si256(values_ + i)));
      odd = _mm256_add_epi32(odd, multiply_16(row + 16 * i + 16, _mm256_loadu_si256(values_ + i + 1)));
    }
    return _mm256_add_epi32(even, odd);
  }

 private:
  const __m256i* values_;
  std::size_t pieces_;
};

}  // namespace

void code_dots_avx2(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  if (query.dim <= 32)
    CodeRowDots(ShortQuery<1>(query)).run(codes, rows, to);
  else if (query.dim <= 64)
    CodeRowDots(ShortQuery<2>(query)).run(codes, rows, to);
  else
    CodeRowDots(LongQuery(query)).run(codes, rows, to);
}

}  // namespace linktrail

#else
namespace linktrail {
void code_dots_avx2(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  code_dots_plain(codes, query, rows, to);
}
}  // namespace linktrail
#endif
