// compact_kernels.h for processors with AVX-512; this file alone is compiled for them.
#include "index/compact_kernels.h"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace linktrail {

namespace {

constexpr std::size_t kLanes = 16;
// So many registers of blocks at a time.
constexpr std::size_t kColumns = 8;

// The last lanes may lie beyond the blocks: `mask` has those of the last register that do not.
template <std::size_t kWide>
void columns(const float* means, std::size_t blocks, const float* query, std::size_t dim, __mmask16 mask, float* to) {
  __m512 sums[kWide];
  for (auto& sum : sums) sum = _mm512_set1_ps(1.0F);
  for (std::size_t d = 0; d < dim; ++d) {
    const __m512 value = _mm512_set1_ps(query[d]);
    const float* row = means + d * blocks;
    for (std::size_t c = 0; c + 1 < kWide; ++c)
      sums[c] = _mm512_sub_ps(sums[c], _mm512_mul_ps(value, _mm512_loadu_ps(row + kLanes * c)));
    const __m512 last = _mm512_maskz_loadu_ps(mask, row + kLanes * (kWide - 1));
    sums[kWide - 1] = _mm512_sub_ps(sums[kWide - 1], _mm512_mul_ps(value, last));
  }
  for (std::size_t c = 0; c + 1 < kWide; ++c) _mm512_storeu_ps(to + kLanes * c, sums[c]);
  _mm512_mask_storeu_ps(to + kLanes * (kWide - 1), mask, sums[kWide - 1]);
}

}  // namespace

void block_distances_avx512(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  constexpr __mmask16 kAll = 0xffff;
  std::size_t b = 0;
  for (; b + kLanes * kColumns <= blocks; b += kLanes * kColumns)
    columns<kColumns>(means + b, blocks, query, dim, kAll, to + b);
  for (; b + kLanes <= blocks; b += kLanes) columns<1>(means + b, blocks, query, dim, kAll, to + b);
  if (b < blocks) columns<1>(means + b, blocks, query, dim, static_cast<__mmask16>((1U << (blocks - b)) - 1U), to + b);
}

}  // namespace linktrail

#else
namespace linktrail {
void block_distances_avx512(const float* means, std::size_t blocks, const float* query, std::size_t dim, float* to) {
  kCompactKernelsPlain.block_distances(means, blocks, query, dim, to);
}
}  // namespace linktrail
#endif
