// leaf_kernels.h in plain code, and the choice among the three.
#include "index/leaf_kernels.h"

#define LINKTRAIL_LANES 4
#define LINKTRAIL_TABLE kLeafKernelsPlain

namespace linktrail {
namespace {

using Vec = float __attribute__((vector_size(4 * LINKTRAIL_LANES)));

// Where the machine has no fused multiply-add this is slow, but it has the same bits.
inline Vec multiply_add(Vec a, Vec b, Vec c) {
  for (int i = 0; i < LINKTRAIL_LANES; ++i) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return c;
}

inline unsigned at_least(const float* values, float least) {
  unsigned mask = 0;
  for (unsigned i = 0; i < LINKTRAIL_LANES; ++i) mask |= static_cast<unsigned>(values[i] >= least) << i;
  return mask;
}

}  // namespace

const LeafKernels& best_leaf_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return kLeafKernelsAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kLeafKernelsAvx2;
#endif
  return kLeafKernelsPlain;
}

}  // namespace linktrail

#include "index/leaf_kernels_body.inc"
