#include "index/int8_dot.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace linktrail {
namespace {

struct Case {
  std::size_t dim = 0;
  std::vector<float> query;
  std::vector<std::uint8_t> codes;  // [rows, stride], and a block more to read in vain
  std::size_t stride = 0;
  std::vector<NodeId> rows;
};

Case make_case(std::size_t dim, std::size_t stride, float size) {
  RandomStream random({.seed = dim, .stage = RandomStage::kWorld});
  Case made{.dim = dim, .query = std::vector<float>(dim), .codes = {}, .stride = stride, .rows = {6, 0, 3, 3, 5, 1, 2}};
  for (float& x : made.query) x = size * (random.uniform() - 0.5F);
  made.codes.resize(7 * stride + kCodeBlock);
  for (auto& code : made.codes) code = static_cast<std::uint8_t>(random.below(256));
  // The extremes that a kernel might saturate at.
  for (std::size_t i = 0; i < dim; ++i) made.codes[6 * stride + i] = made.query[i] > 0 ? 255 : 0;
  return made;
}

std::vector<std::int32_t> dots(CodeDotKernel kernel, const Case& made, std::size_t count) {
  std::vector<std::int32_t> to(made.rows.size(), -1);
  kernel({made.codes.data(), made.stride}, make_code_query(made.query), std::span(made.rows).first(count), to.data());
  return to;
}

std::vector<std::int32_t> reference(const Case& made, std::size_t count) {
  const CodeQuery query = make_code_query(made.query);
  std::vector<std::int32_t> to(made.rows.size(), -1);
  for (std::size_t r = 0; r < count; ++r) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < made.dim; ++i)
      sum += std::int64_t{made.codes[made.rows[r] * made.stride + i]} * query.values[i];
    to[r] = static_cast<std::int32_t>(sum);
    EXPECT_EQ(to[r], sum);
  }
  return to;
}

class CodeDots : public ::testing::TestWithParam<std::size_t> {};

// All numbers of rows, since kernels take some of them together.
void expect_exact(CodeDotKernel kernel, std::size_t dim) {
  for (const std::size_t stride : {dim, dim + 5}) {
    const Case made = make_case(dim, stride, 0.7F);
    for (std::size_t count = 0; count <= made.rows.size(); ++count)
      EXPECT_EQ(dots(kernel, made, count), reference(made, count)) << dim << " " << stride << " " << count;
  }
}

TEST_P(CodeDots, PlainIsExact) { expect_exact(code_dots_plain, GetParam()); }

TEST_P(CodeDots, Avx2IsExact) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this CPU has no AVX2";
  expect_exact(code_dots_avx2, GetParam());
#endif
}

TEST_P(CodeDots, VnniIsExact) {
  if (!has_vnni()) GTEST_SKIP() << "this CPU has no AVX-512 VNNI";
  expect_exact(code_dots_vnni, GetParam());
}

TEST_P(CodeDots, TheBestIsExact) { expect_exact(best_code_dot_kernel(), GetParam()); }

INSTANTIATE_TEST_SUITE_P(Dims, CodeDots, ::testing::Values(1, 3, 16, 31, 32, 33, 50, 63, 64, 65, 100, 128, 300, 5000));

TEST(CodeQuery, KeepsFifteenBitsOfEveryValue) {
  const std::vector<float> vector{0.5F, -0.25F, 0.0001F, 0, -0.5F};
  const CodeQuery query = make_code_query(vector);
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    EXPECT_NEAR(static_cast<float>(query.values[i]) * query.step, vector[i], 0.5F / 32512 * 0.51F) << i;
    EXPECT_EQ(query.values[i], 256 * query.high[i] + query.low[i]) << i;
    sum += query.values[i];
  }
  EXPECT_EQ(query.sum, sum);
  EXPECT_EQ(query.values.size(), kCodeBlock);
}

TEST(CodeQuery, HoldsAnythingWithoutHarm) {
  for (const float odd : {0.0F, INFINITY, -INFINITY, NAN, 1e30F, 1e-44F}) {
    const CodeQuery query = make_code_query(std::vector<float>{odd, 1.0F});
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(query.values[i], 256 * query.high[i] + query.low[i]) << odd;
  }
}

}  // namespace
}  // namespace linktrail
