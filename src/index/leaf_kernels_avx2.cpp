// leaf_kernels.h for processors with AVX2 and FMA; this file alone is compiled for them.
#include "index/leaf_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LINKTRAIL_LANES 8
#define LINKTRAIL_TABLE kLeafKernelsAvx2

namespace linktrail {
namespace {

using Vec = __m256;

inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }

inline unsigned at_least(const float* values, float least) {
  return static_cast<unsigned>(
      _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(values), _mm256_set1_ps(least), _CMP_GE_OQ)));
}

}  // namespace
}  // namespace linktrail

#include "index/leaf_kernels_body.inc"
#endif
