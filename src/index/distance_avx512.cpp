// distance.h for processors with AVX-512; this file alone is compiled for them.
#include "index/distance.h"
#define LINKTRAIL_DOT_BYTES 64
#include "index/dot_body.h"

namespace linktrail {

float dot_avx512(const float* a, const float* b, std::size_t n) { return dot_body(a, b, n); }

}  // namespace linktrail
