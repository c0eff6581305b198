// distance.h for processors with AVX2 and FMA; this file alone is compiled for them.
#include "index/distance.h"
#define LINKTRAIL_DOT_BYTES 32
#include "index/dot_body.h"

namespace linktrail {

float dot_avx2(const float* a, const float* b, std::size_t n) { return dot_body(a, b, n); }

}  // namespace linktrail
