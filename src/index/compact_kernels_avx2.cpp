// compact_kernels.h for processors with AVX2; this file alone is compiled for them.
#include "index/compact_kernels.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace linktrail {

namespace {

// For each control byte: where the bytes of four gaps are, and how many they are together.
struct GapTables {
  alignas(16) std::uint8_t shuffle[256][16] = {};
  std::uint8_t bytes[256] = {};

  constexpr GapTables() {
    for (unsigned control = 0; control < 256; ++control) {
      std::uint8_t at = 0;
      for (unsigned i = 0; i < 4; ++i) {
        const unsigned length = ((control >> (2 * i)) & 3U) + 1;
        for (unsigned byte = 0; byte < 4; ++byte)
          shuffle[control][4 * i + byte] = byte < length ? at++ : std::uint8_t{0x80};
      }
      bytes[control] = at;
    }
  }
};
constexpr GapTables kGaps;

inline __m128i shuffled(const std::uint8_t* data, std::uint8_t control) {
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data)),
                          _mm_load_si128(reinterpret_cast<const __m128i*>(kGaps.shuffle[control])));
}

// Sums of the lanes up to each.
inline __m128i running_sums(__m128i x) {
  x = _mm_add_epi32(x, _mm_slli_si128(x, 4));
  return _mm_add_epi32(x, _mm_slli_si128(x, 8));
}

inline NodeId largest_lane(__m128i x) {
  x = _mm_max_epu32(x, _mm_shuffle_epi32(x, 0x4e));
  x = _mm_max_epu32(x, _mm_shuffle_epi32(x, 0xb1));
  return static_cast<NodeId>(_mm_cvtsi128_si32(x));
}

NodeId unpack(NodeId node, const std::uint8_t* from, NodeId* to) {
  const auto count = static_cast<int>(*from);
  const std::uint8_t* control = from + 1;
  const std::uint8_t* data = control + (count + 3) / 4;
  // Before the first group, so that its first lane, a difference from the node, comes out as the others do.
  __m128i largest = _mm_setzero_si128();
  __m128i last = largest;
  const __m128i one = _mm_set1_epi32(1);
  for (int i = 0; i < count; i += 4) {
    __m128i gaps = shuffled(data, *control);
    if (i == 0) {
      const auto folded = static_cast<std::uint32_t>(_mm_cvtsi128_si32(gaps));
      const std::uint32_t first = node + ((folded >> 1) ^ (0U - (folded & 1))) - 1;
      gaps = _mm_insert_epi32(gaps, static_cast<int>(first), 0);
    }
    data += kGaps.bytes[*control++];
    const __m128i ids = _mm_add_epi32(running_sums(_mm_add_epi32(gaps, one)), last);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), ids);
    last = _mm_shuffle_epi32(ids, 0xff);
    // Lanes beyond the list have read what is not of it.
    const __m128i lanes = _mm_cmpgt_epi32(_mm_set1_epi32(count - i), _mm_set_epi32(3, 2, 1, 0));
    largest = _mm_max_epu32(largest, _mm_and_si128(ids, lanes));
  }
  return largest_lane(largest);
}

// So many blocks at a time stay in registers.
constexpr std::size_t kColumns = 8;

inline void one_column(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  float sum = 1.0F;
  for (std::size_t d = 0; d < dim; ++d) sum -= query[d] * means[d * blocks];
  *to = sum;
}

template <std::size_t kWide>
void columns(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  __m256 sums[kWide];
  for (auto& sum : sums) sum = _mm256_set1_ps(1.0F);
  for (std::size_t d = 0; d < dim; ++d) {
    const __m256 value = _mm256_set1_ps(query[d]);
    for (std::size_t c = 0; c < kWide; ++c)
      sums[c] = _mm256_sub_ps(sums[c], _mm256_mul_ps(value, _mm256_loadu_ps(means + d * blocks + 8 * c)));
  }
  for (std::size_t c = 0; c < kWide; ++c) _mm256_storeu_ps(to + 8 * c, sums[c]);
}

void block_distances(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  std::size_t b = 0;
  for (; b + 8 * kColumns <= blocks; b += 8 * kColumns) columns<kColumns>(means + b, blocks, query, dim, to + b);
  for (; b + 8 <= blocks; b += 8) columns<1>(means + b, blocks, query, dim, to + b);
  for (; b < blocks; ++b) one_column(means + b, blocks, query, dim, to + b);
}

}  // namespace

const CompactKernels kCompactKernelsAvx2{.unpack = unpack, .block_distances = block_distances};

}  // namespace linktrail

#else
namespace linktrail {
const CompactKernels kCompactKernelsAvx2 = kCompactKernelsPlain;
}  // namespace linktrail
#endif
