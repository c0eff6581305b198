// int8_dot.h for processors with AVX-512 VNNI; this file alone is compiled for them.
#include "index/int8_dot.h"

#if defined(__AVX512VNNI__)
#include "index/int8_rows.h"

namespace linktrail {

namespace {

inline __m512i load_64(const void* bytes) { return _mm512_loadu_si512(bytes); }

// One instruction multiplies 64 unsigned codes by 64 signed bytes of the query; a query of 16 bits takes two. Sums of
// the high bytes are shifted at the end: all additions are modulo 2^32, and the true sum fits.
inline __m256i joined(__m512i high, __m512i low) {
  const __m512i sums = _mm512_add_epi32(_mm512_slli_epi32(high, 8), low);
  return _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
}

// A query of at most kBlocks blocks stays in registers.
template <std::size_t kBlocks>
class ShortQuery {
 public:
  explicit ShortQuery(const CodeQuery& query) {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      high_[i] = load_64(query.high.data() + i * kCodeBlock);
      low_[i] = load_64(query.low.data() + i * kCodeBlock);
    }
  }
  __m256i lanes(const std::uint8_t* row) const {
    __m512i high = _mm512_setzero_si512();
    __m512i low = _mm512_setzero_si512();
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const __m512i block = load_64(row + i * kCodeBlock);
      high = _mm512_dpbusd_epi32(high, block, high_[i]);
      low = _mm512_dpbusd_epi32(low, block, low_[i]);
    }
    return joined(high, low);
  }

 private:
  __m512i high_[kBlocks];
  __m512i low_[kBlocks];
};

class LongQuery {
 public:
  explicit LongQuery(const CodeQuery& query) : query_(&query) {}
  __m256i lanes(const std::uint8_t* row) const {
    __m512i high = _mm512_setzero_si512();
    __m512i low = _mm512_setzero_si512();
    for (std::size_t i = 0; i < query_->values.size(); i += kCodeBlock) {
      const __m512i block = load_64(row + i);
      high = _mm512_dpbusd_epi32(high, block, load_64(query_->high.data() + i));
      low = _mm512_dpbusd_epi32(low, block, load_64(query_->low.data() + i));
    }
    return joined(high, low);
  }

 private:
  const CodeQuery* query_;
};

}  // namespace

void code_dots_vnni(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  if (query.values.size() == kCodeBlock)
    CodeRowDots(ShortQuery<1>(query)).run(codes, rows, to);
  else if (query.values.size() == 2 * kCodeBlock)
    CodeRowDots(ShortQuery<2>(query)).run(codes, rows, to);
  else
    CodeRowDots(LongQuery(query)).run(codes, rows, to);
}

}  // namespace linktrail

#else
namespace linktrail {
void code_dots_vnni(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  code_dots_plain(codes, query, rows, to);
}
}  // namespace linktrail
#endif
