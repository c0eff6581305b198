// What the tests of kernels share: every instruction set at several dimensions, and rows to try them on.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/matrix.h"
#include "core/random.h"
#include "embedding/kernels.h"
#include "unit/embedding/reference_kernels.h"

namespace linktrail::test {

inline Matrix random_matrix(std::size_t rows, std::size_t dim, std::uint64_t seed) {
  Matrix matrix(rows, dim);
  RandomStream random({.seed = seed, .stage = RandomStage::kSample});
  for (std::size_t i = 0; i < rows; ++i)
    for (float& x : matrix.row(i)) x = random.uniform() - 0.5F;
  return matrix;
}

inline DoubleRow as_doubles(std::span<const float> row) { return {row.begin(), row.end()}; }

inline void expect_row_near(std::span<const float> found, const DoubleRow& expected, double tolerance) {
  for (std::size_t j = 0; j < expected.size(); ++j) ASSERT_NEAR(found[j], expected[j], tolerance) << "column " << j;
}

struct IsaAndDim {
  Isa isa;
  std::size_t dim;
};

class KernelCase : public testing::TestWithParam<IsaAndDim> {
 protected:
  // The one thing that the machine may lack and we do not own.
  void SetUp() override {
    if (!is_supported(GetParam().isa)) GTEST_SKIP() << "this CPU has no " << isa_name(GetParam().isa);
  }
  const Kernels& kernels() const { return kernels_for(GetParam().isa); }
};

inline std::vector<IsaAndDim> kernel_cases() {
  std::vector<IsaAndDim> cases;
  for (const Isa isa : {Isa::kPlain, Isa::kAvx2, Isa::kAvx512})
    for (const std::size_t dim : {1, 2, 16, 50, 64, 100, 300}) cases.push_back({isa, dim});
  return cases;
}

inline std::string kernel_case_name(const testing::TestParamInfo<IsaAndDim>& info) {
  return std::string(isa_name(info.param.isa)) + "_dim_" + std::to_string(info.param.dim);
}

}  // namespace linktrail::test
