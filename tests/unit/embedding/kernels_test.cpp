#include "embedding/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/matrix.h"
#include "unit/embedding/kernel_case.h"
#include "unit/embedding/reference_kernels.h"

namespace linktrail {
namespace {

using test::as_doubles;
using test::expect_row_near;
using test::random_matrix;

class KernelsOf : public test::KernelCase {};

// Owns what a tile points to.
struct TileCase {
  TileCase(std::size_t inputs, std::size_t outputs, std::size_t dim)
      : input(random_matrix(kInputTile, dim, 1)),
        table(random_matrix(50, dim, 2)),
        gradients(kInputTile, dim),
        targets(1, padded_scores(outputs)),
        weights(1, padded_scores(outputs)),
        scratch(1, padded_scores(outputs)) {
    for (std::size_t c = 0; c < kInputTile; ++c) {
      input_rows.push_back(input.row_data(c));
      gradient_rows.push_back(gradients.row_data(c));
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      rows.push_back(static_cast<std::uint32_t>(k == 3 ? 0 : (k * 7) % 50));
      for (std::size_t c = 0; c < inputs; ++c) {
        targets.data()[k * kInputTile + c] = (k + c) % 5 == 0 ? 1 : 0;
        weights.data()[k * kInputTile + c] = static_cast<float>((k + 2 * c) % 4);
      }
    }
    step.inputs = input_rows.data();
    step.gradients = gradient_rows.data();
    step.input_count = inputs;
    step.outputs = {.table = table.data(), .stride = table.stride(), .dim = dim, .rows = rows.data(), .count = outputs};
    step.targets = targets.data();
    step.weights = weights.data();
    step.learning_rate = 0.3F;
    step.scratch = scratch.data();
  }

  test::ReferenceStep reference() const {
    test::ReferenceStep reference;
    reference.learning_rate = 0.3;
    for (std::size_t c = 0; c < step.input_count; ++c) {
      reference.inputs.push_back(as_doubles(input.row(c)));
      reference.targets.emplace_back();
      reference.weights.emplace_back();
      for (std::size_t k = 0; k < rows.size(); ++k) {
        reference.targets[c].push_back(targets.data()[k * kInputTile + c]);
        reference.weights[c].push_back(weights.data()[k * kInputTile + c]);
      }
    }
    for (std::size_t i = 0; i < table.rows(); ++i) reference.table.push_back(as_doubles(table.row(i)));
    reference.outputs = rows;
    return reference;
  }

  Matrix input, table, gradients, targets, weights, scratch;
  std::vector<const float*> input_rows;
  std::vector<float*> gradient_rows;
  std::vector<std::uint32_t> rows;
  LogisticTile step;
};

// Every number of inputs, and numbers of outputs around the blocks of 2 and 4 and the groups of 16; with a repeated row
// and pairs that are left out.
TEST_P(KernelsOf, LogisticTileEqualsTheReference) {
  for (std::size_t inputs = 1; inputs <= kInputTile; ++inputs) {
    for (const std::size_t outputs : {1, 2, 5, 6, 9, 11, 16, 40}) {
      TileCase c(inputs, outputs, GetParam().dim);
      test::ReferenceStep reference = c.reference();

      float loss = 0;
      c.step.loss = &loss;
      kernels().logistic_tile(c.step);
      test::run_reference(reference);

      EXPECT_NEAR(loss, reference.loss, 1e-5 * (1 + reference.loss));
      for (std::size_t i = 0; i < inputs; ++i) expect_row_near(c.gradients.row(i), reference.gradients[i], 5e-5);
      for (std::size_t i = 0; i < 50; ++i) expect_row_near(c.table.row(i), reference.table[i], 5e-5);
    }
  }
}

// What is added to the gradients is then added to the inputs.
TEST_P(KernelsOf, GradientsMayBeTheInputsThemselves) {
  TileCase apart(3, 7, GetParam().dim), together(3, 7, GetParam().dim);
  for (std::size_t c = 0; c < 3; ++c) together.gradient_rows[c] = together.input.row_data(c);

  kernels().logistic_tile(apart.step);
  kernels().logistic_tile(together.step);

  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t j = 0; j < GetParam().dim; ++j)
      ASSERT_EQ(together.input.row(c)[j], apart.input.row(c)[j] + apart.gradients.row(c)[j]);
}

TEST_P(KernelsOf, PaddingStaysZero) {
  const std::size_t dim = GetParam().dim;
  TileCase c(2, 3, dim);

  kernels().logistic_tile(c.step);

  for (const Matrix* matrix : {&c.gradients, &c.table})
    for (std::size_t i = 0; i < matrix->rows(); ++i)
      for (std::size_t j = dim; j < matrix->stride(); ++j) ASSERT_EQ(matrix->row_data(i)[j], 0.0F);
}

TEST_P(KernelsOf, LargeScoresAreCertainAndNotFiniteOnesShowInTheLoss) {
  TileCase c(1, 1, GetParam().dim);
  c.weights.data()[0] = 1;
  c.step.learning_rate = 0;
  const auto loss_of = [&](float x, float target) {
    std::ranges::fill(c.input.row(0), 0.0F);
    std::ranges::fill(c.table.row(0), 0.0F);
    c.input.row(0)[0] = x;
    c.table.row(0)[0] = 1;
    c.targets.data()[0] = target;
    float loss = 0;
    c.step.loss = &loss;
    kernels().logistic_tile(c.step);
    return loss;
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
  const RowList list{.table = table.data(), .stride = table.stride(), .dim = dim, .rows = rows, .count = 3};

  kernels().sum_rows(list, 0.5F, out.data());
  kernels().add_to_rows(list, before.row_data(4), 2);

  double dot = 0;
  for (std::size_t j = 0; j < dim; ++j) {
    EXPECT_NEAR(out.row(0)[j], before.row(1)[j] + 0.5F * before.row(3)[j], 1e-6);
    EXPECT_NEAR(table.row(1)[j], before.row(1)[j] + 4 * before.row(4)[j], 1e-5);
    EXPECT_NEAR(table.row(3)[j], before.row(3)[j] + 2 * before.row(4)[j], 1e-5);
    EXPECT_EQ(table.row(0)[j], before.row(0)[j]);
    EXPECT_EQ(table.row(2)[j], before.row(2)[j]);
    dot += static_cast<double>(before.row(0)[j]) * static_cast<double>(before.row(2)[j]);
  }
  EXPECT_NEAR(kernels().dot(before.row_data(0), before.row_data(2), before.stride()), dot, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Isa, KernelsOf, testing::ValuesIn(test::kernel_cases()), test::kernel_case_name);

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
