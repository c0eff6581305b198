#include "embedding/kernels.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "core/matrix.h"
#include "core/random.h"
#include "unit/embedding/reference_kernels.h"

namespace linktrail {
namespace {

Matrix random_matrix(std::size_t rows, std::size_t dim, std::uint64_t seed) {
  Matrix matrix(rows, dim);
  RandomStream random({.seed = seed, .stage = RandomStage::kSample});
  for (std::size_t i = 0; i < rows; ++i)
    for (float& x : matrix.row(i)) x = random.uniform() - 0.5F;
  return matrix;
}

test::DoubleRow as_doubles(std::span<const float> row) { return {row.begin(), row.end()}; }

void expect_row_near(std::span<const float> found, const test::DoubleRow& expected, double tolerance) {
  for (std::size_t j = 0; j < expected.size(); ++j) ASSERT_NEAR(found[j], expected[j], tolerance) << "column " << j;
}

struct Case {
  Isa isa;
  std::size_t dim;
};

class KernelsOf : public testing::TestWithParam<Case> {
 protected:
  // The one thing that the machine may lack and we do not own.
  void SetUp() override {
    if (!is_supported(GetParam().isa)) GTEST_SKIP() << "this CPU has no " << isa_name(GetParam().isa);
  }
  const Kernels& kernels() const { return kernels_for(GetParam().isa); }
};

// Every number of inputs, and numbers of outputs around the tiles of 4 and the groups of 16; with a repeated row.
TEST_P(KernelsOf, LogisticStepEqualsTheReference) {
  const std::size_t dim = GetParam().dim;
  for (std::size_t input_count = 1; input_count <= kInputTile; ++input_count) {
    for (const std::size_t output_count : {1, 2, 5, 6, 11, 16, 17, 40}) {
      const Matrix inputs = random_matrix(kInputTile, dim, 1);
      Matrix table = random_matrix(50, dim, 2);
      Matrix gradients(kInputTile, dim), targets(1, padded_scores(output_count));
      Matrix scratch(kInputTile, padded_scores(output_count));
      test::ReferenceStep reference;
      reference.learning_rate = 0.3;
      std::vector<const float*> input_rows;
      std::vector<float*> gradient_rows;
      for (std::size_t c = 0; c < input_count; ++c) {
        input_rows.push_back(inputs.row_data(c));
        gradient_rows.push_back(gradients.row_data(c));
        reference.inputs.push_back(as_doubles(inputs.row(c)));
      }
      for (std::size_t i = 0; i < table.rows(); ++i) reference.table.push_back(as_doubles(table.row(i)));
      for (std::size_t k = 0; k < output_count; ++k) {
        reference.outputs.push_back(static_cast<std::uint32_t>(k == 3 ? 0 : (k * 7) % 50));
        reference.targets.push_back(k % 5 == 0 ? 1 : 0);
        targets.row(0)[k] = k % 5 == 0 ? 1 : 0;
      }

      const float loss =
          kernels().logistic_step({.inputs = input_rows.data(),
                                   .gradients = gradient_rows.data(),
                                   .input_count = input_count,
                                   .outputs = {table.data(), table.stride(), reference.outputs.data(), output_count},
                                   .targets = targets.data(),
                                   .learning_rate = 0.3F,
                                   .scratch = scratch.data()});
      test::run_reference(reference);

      EXPECT_NEAR(loss, reference.loss, 1e-5 * reference.loss);
      for (std::size_t c = 0; c < input_count; ++c) expect_row_near(gradients.row(c), reference.gradients[c], 2e-5);
      for (std::size_t i = 0; i < table.rows(); ++i) expect_row_near(table.row(i), reference.table[i], 2e-5);
    }
  }
}

TEST_P(KernelsOf, PaddingStaysZero) {
  const std::size_t dim = GetParam().dim;
  Matrix inputs = random_matrix(1, dim, 3), table = random_matrix(3, dim, 4);
  Matrix targets(1, 16), scratch(kInputTile, 16);
  const std::uint32_t rows[] = {0, 1, 2};
  float* input = inputs.row_data(0);

  kernels().logistic_step({.inputs = &input,
                           .gradients = &input,
                           .input_count = 1,
                           .outputs = {table.data(), table.stride(), rows, 3},
                           .targets = targets.data(),
                           .learning_rate = 0.5F,
                           .scratch = scratch.data()});

  for (std::size_t j = dim; j < inputs.stride(); ++j) EXPECT_EQ(inputs.data()[j], 0.0F);
  for (std::size_t j = dim; j < table.stride(); ++j) EXPECT_EQ(table.row_data(2)[j], 0.0F);
}

TEST_P(KernelsOf, LargeScoresAreCertainAndNotFiniteOnesShowInTheLoss) {
  Matrix inputs(1, GetParam().dim), table(1, GetParam().dim), targets(1, 16), scratch(kInputTile, 16);
  const std::uint32_t row = 0;
  float* input = inputs.row_data(0);
  const auto loss_of = [&](float x, float target) {
    inputs.row(0)[0] = x;
    table.row(0)[0] = 1;
    targets.row(0)[0] = target;
    return kernels().logistic_step({.inputs = &input,
                                    .gradients = &input,
                                    .input_count = 1,
                                    .outputs = {table.data(), table.stride(), &row, 1},
                                    .targets = targets.data(),
                                    .learning_rate = 0,
                                    .scratch = scratch.data()});
  };

  EXPECT_LT(loss_of(500, 1), 1e-30F);
  EXPECT_NEAR(loss_of(500, 0), 500, 1e-3);
  EXPECT_NEAR(loss_of(-500, 1), 500, 1e-3);
  EXPECT_FALSE(std::isfinite(loss_of(std::numeric_limits<float>::quiet_NaN(), 0)));
  EXPECT_FALSE(std::isfinite(loss_of(std::numeric_limits<float>::infinity(), 0)));
}

TEST_P(KernelsOf, SumsAddsAndDots) {
  const std::size_t dim = GetParam().dim;
  Matrix table = random_matrix(5, dim, 5), out(1, dim);
  const Matrix before = table.clone();
  const std::uint32_t rows[] = {1, 3, 1};
  const RowList list{table.data(), table.stride(), rows, 3};

  kernels().sum_rows(list, 0.5F, out.data());
  kernels().add_to_rows(list, before.row_data(4), 2);

  double dot = 0;
  for (std::size_t j = 0; j < dim; ++j) {
    EXPECT_NEAR(out.row(0)[j], before.row(1)[j] + 0.5F * before.row(3)[j], 1e-6);
    EXPECT_NEAR(table.row(1)[j], before.row(1)[j] + 4 * before.row(4)[j], 1e-5);
    EXPECT_NEAR(table.row(3)[j], before.row(3)[j] + 2 * before.row(4)[j], 1e-5);
    EXPECT_EQ(table.row(0)[j], before.row(0)[j]);
    dot += static_cast<double>(before.row(0)[j]) * static_cast<double>(before.row(2)[j]);
  }
  EXPECT_NEAR(kernels().dot(before.row_data(0), before.row_data(2), before.stride()), dot, 1e-5);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Isa isa : {Isa::kPlain, Isa::kAvx2, Isa::kAvx512})
    for (const std::size_t dim : {1, 2, 16, 50, 64, 100, 300}) cases.push_back({isa, dim});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Isa, KernelsOf, testing::ValuesIn(all_cases()), [](const auto& case_info) {
  return std::string(isa_name(case_info.param.isa)) + "_dim_" + std::to_string(case_info.param.dim);
});

TEST(Kernels, BestIsSupportedAndUnsupportedIsRefused) {
  EXPECT_TRUE(is_supported(best_kernels().isa));
  EXPECT_TRUE(is_supported(Isa::kPlain));
  for (const Isa isa : {Isa::kAvx2, Isa::kAvx512}) {
    if (is_supported(isa)) {
      EXPECT_EQ(kernels_for(isa).isa, isa);
    } else {
      EXPECT_THROW(kernels_for(isa), std::invalid_argument);
    }
  }
}

}  // namespace
}  // namespace linktrail
