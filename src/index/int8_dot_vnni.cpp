// int8_dot.h for processors with AVX-512 VNNI; this file alone is compiled for them.
#include "index/int8_dot.h"

#if defined(__AVX512VNNI__)
#include <immintrin.h>

namespace linktrail {

namespace {

inline __m512i load_64(const void* bytes) { return _mm512_loadu_si512(bytes); }

}  // namespace

// One instruction multiplies 64 unsigned codes by 64 signed bytes of the query; a query of 16 bits takes two. Sums of
// the high bytes are shifted at the end: all additions are modulo 2^32, and the true sum fits.
void code_dots_vnni(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::uint8_t* row = codes.data + rows[r] * codes.stride;
    __m512i high = _mm512_setzero_si512();
    __m512i low = _mm512_setzero_si512();
    for (std::size_t i = 0; i < query.values.size(); i += kCodeBlock) {
      const __m512i block = load_64(row + i);
      high = _mm512_dpbusd_epi32(high, block, load_64(query.high.data() + i));
      low = _mm512_dpbusd_epi32(low, block, load_64(query.low.data() + i));
    }
    alignas(64) std::uint32_t high_lanes[16];
    alignas(64) std::uint32_t low_lanes[16];
    _mm512_store_si512(high_lanes, high);
    _mm512_store_si512(low_lanes, low);
    std::uint32_t sum = 0;
    for (std::size_t lane = 0; lane < 16; ++lane) sum += high_lanes[lane] * 256U + low_lanes[lane];
    to[r] = static_cast<std::int32_t>(sum);
  }
}

}  // namespace linktrail

#else
namespace linktrail {
void code_dots_vnni(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to) {
  code_dots_plain(codes, query, rows, to);
}
}  // namespace linktrail
#endif
