// leaf_kernels.h for processors with AVX-512; this file alone is compiled for them.
#include "index/leaf_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LINKTRAIL_LANES 16
#define LINKTRAIL_TABLE kLeafKernelsAvx512

namespace linktrail {
namespace {

using Vec = __m512;

inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }

inline unsigned at_least(const float* values, float least) {
  return _mm512_cmp_ps_mask(_mm512_loadu_ps(values), _mm512_set1_ps(least), _CMP_GE_OQ);
}

}  // namespace
}  // namespace linktrail

#include "index/leaf_kernels_body.inc"
#endif
