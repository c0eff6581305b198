#include "index/distance.h"

#include <gtest/gtest.h>

#include <numeric>

#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

class DotKernels : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DotKernels, AgreeToTheLastBitWithPlainCode) {
  const Matrix rows = make_clustered_points({.count = 2, .dim = GetParam()});
  const float* a = rows.row_data(0);
  const float* b = rows.row_data(1);

  const float plain = dot_plain(a, b, GetParam());

  EXPECT_NEAR(plain, std::inner_product(a, a + GetParam(), b, 0.0), 1e-5);
  EXPECT_EQ(best_dot_kernel()(a, b, GetParam()), plain);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    EXPECT_EQ(dot_avx2(a, b, GetParam()), plain);
  }
  if (__builtin_cpu_supports("avx512f")) {
    EXPECT_EQ(dot_avx512(a, b, GetParam()), plain);
  }
#endif
}

INSTANTIATE_TEST_SUITE_P(Dims, DotKernels, ::testing::Values(1, 15, 16, 17, 50, 64, 100, 128));

}  // namespace
}  // namespace linktrail
