// Inputs in turn, held against one input after the other in doubles.
#include <gtest/gtest.h>

#include <limits>

#include "unit/embedding/kernel_case.h"
#include "unit/embedding/reference_kernels.h"

namespace linktrail {
namespace {

using test::as_doubles;
using test::expect_row_near;

constexpr std::size_t kRows = 50;

class KernelTurns : public test::KernelCase {};

// Owns what the turns point to.
struct TurnsCase {
  TurnsCase(std::size_t inputs, std::size_t outputs, std::size_t dim)
      : input(test::random_matrix(kInputTile, dim, 1)),
        table(test::random_matrix(kRows, dim, 2)),
        targets(1, padded_outputs(outputs)),
        weights(kInputTile, padded_outputs(outputs)),
        scratch(1, kInputTile * padded_outputs(outputs)) {
    // What was there before must not matter.
    std::fill_n(scratch.data(), scratch.stride(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t c = 0; c < kInputTile; ++c) {
      input_rows.push_back(input.row_data(c));
      weight_rows.push_back(weights.row_data(c));
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      rows.push_back(static_cast<std::uint32_t>((k * 7) % kRows));
      targets.data()[k] = k % 3 == 0 ? 1 : 0;
      for (std::size_t c = 0; c < inputs; ++c) weights.row(c)[k] = static_cast<float>((k + 2 * c) % 4);
    }
    turns = {
        .inputs = input_rows.data(),
        .input_count = inputs,
        .outputs = {.table = table.data(), .stride = table.stride(), .dim = dim, .rows = rows.data(), .count = outputs},
        .targets = targets.data(),
        .weights = weight_rows.data(),
        .learning_rate = 0.7F,
        .scratch = scratch.data()};
  }

  // One input after the other, each a step of its own.
  test::ReferenceStep run_reference() const {
    test::ReferenceStep all;
    for (std::size_t i = 0; i < table.rows(); ++i) all.table.push_back(as_doubles(table.row(i)));
    for (std::size_t c = 0; c < turns.input_count; ++c) {
      test::ReferenceStep one;
      one.learning_rate = 0.7;
      one.inputs = {as_doubles(input.row(c))};
      one.table = all.table;
      one.outputs = rows;
      one.targets = {as_doubles(targets.row(0).first(rows.size()))};
      one.weights = {as_doubles(weights.row(c).first(rows.size()))};
      test::run_reference(one);
      all.table = one.table;
      all.gradients.push_back(one.gradients[0]);
      all.loss += one.loss;
    }
    return all;
  }

  Matrix input, table, targets, weights, scratch;
  std::vector<float*> input_rows;
  std::vector<const float*> weight_rows;
  std::vector<std::uint32_t> rows;
  LogisticTurns turns;
};

// Every number of inputs, and numbers of outputs around the blocks of 4, 8 and 16.
TEST_P(KernelTurns, EqualOneInputAfterTheOther) {
  for (std::size_t inputs = 1; inputs <= kInputTile; ++inputs) {
    for (const std::size_t outputs : {1, 4, 6, 7, 8, 9, 16, 23, 40}) {
      TurnsCase c(inputs, outputs, GetParam().dim);
      const Matrix before = c.input.clone();
      const test::ReferenceStep reference = c.run_reference();

      float loss = 0;
      c.turns.loss = &loss;
      kernels().logistic_turns(c.turns);

      EXPECT_NEAR(loss, reference.loss, 2e-5 * (1 + reference.loss));
      for (std::size_t i = 0; i < kRows; ++i) expect_row_near(c.table.row(i), reference.table[i], 1e-4);
      for (std::size_t i = 0; i < kInputTile; ++i) {
        test::DoubleRow expected = as_doubles(before.row(i));
        for (std::size_t j = 0; i < inputs && j < expected.size(); ++j) expected[j] += reference.gradients[i][j];
        expect_row_near(c.input.row(i), expected, 1e-4);
      }
    }
  }
}

// Both places of the row start from the same scores, and both change it.
TEST_P(KernelTurns, ARowThatRepeatsIsScoredApartAndChangedTwice) {
  TurnsCase once(1, 2, GetParam().dim), twice(1, 2, GetParam().dim);
  once.rows[1] = once.rows[0];
  for (TurnsCase* c : {&once, &twice}) {
    c->targets.row(0)[0] = c->targets.row(0)[1] = 0;
    c->weights.row(0)[0] = c == &once ? 1 : 2;
    c->weights.row(0)[1] = c == &once ? 1 : 0;
    kernels().logistic_turns(c->turns);
  }
  expect_row_near(once.table.row(0), as_doubles(twice.table.row(0)), 1e-5);
}

// As when a session returns to an article within a tile.
TEST_P(KernelTurns, AnInputThatRepeatsKeepsBothItsGradients) {
  TurnsCase repeated(2, 3, GetParam().dim), apart(2, 3, GetParam().dim);
  for (std::size_t j = 0; j < GetParam().dim; ++j) apart.input.row(1)[j] = apart.input.row(0)[j];
  const Matrix before = apart.input.clone();
  repeated.input_rows[1] = repeated.input_rows[0];

  kernels().logistic_turns(repeated.turns);
  kernels().logistic_turns(apart.turns);

  for (std::size_t j = 0; j < GetParam().dim; ++j)
    EXPECT_NEAR(repeated.input.row(0)[j], apart.input.row(0)[j] + apart.input.row(1)[j] - before.row(0)[j], 1e-5);
}

TEST_P(KernelTurns, PaddingStaysZero) {
  const std::size_t dim = GetParam().dim;
  TurnsCase c(3, 5, dim);
  kernels().logistic_turns(c.turns);
  for (const Matrix* matrix : {&c.input, &c.table})
    for (std::size_t i = 0; i < matrix->rows(); ++i)
      for (std::size_t j = dim; j < matrix->stride(); ++j) ASSERT_EQ(matrix->row_data(i)[j], 0.0F);
}

TEST_P(KernelTurns, ANumberThatIsNotFiniteShowsInTheLoss) {
  TurnsCase c(2, 3, GetParam().dim);
  c.input.row(1)[0] = std::numeric_limits<float>::quiet_NaN();
  float loss = 0;
  c.turns.loss = &loss;
  kernels().logistic_turns(c.turns);
  EXPECT_FALSE(std::isfinite(loss));
}

INSTANTIATE_TEST_SUITE_P(Isa, KernelTurns, testing::ValuesIn(test::kernel_cases()), test::kernel_case_name);

}  // namespace
}  // namespace linktrail
