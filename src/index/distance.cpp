#include "index/distance.h"

#define LINKTRAIL_DOT_BYTES 16
#include "index/dot_body.h"

namespace linktrail {

float dot_plain(const float* a, const float* b, std::size_t n) { return dot_body(a, b, n); }

DotKernel best_dot_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return dot_avx512;
  if (__builtin_cpu_supports("avx2")) return dot_avx2;
#endif
  return dot_plain;
}

}  // namespace linktrail
