// Changes of several ranks become one, held against loops over doubles.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "embedding/kernels.h"
#include "unit/embedding/kernel_case.h"

namespace linktrail {
namespace {

using test::as_doubles;
using test::DoubleRow;
using test::random_matrix;

class MeetingOf : public test::KernelCase {};

constexpr float kCorrection = 0.75F;

double coefficient(double product, double square) { return square > 0 ? 1 - kCorrection * product / (2 * square) : 1; }

DoubleRow adasum_of(const DoubleRow& a, const DoubleRow& b) {
  const double product = test::dot(a, b), of_a = coefficient(product, test::dot(a, a)),
               of_b = coefficient(product, test::dot(b, b));
  DoubleRow sum(a.size());
  for (std::size_t j = 0; j < a.size(); ++j) sum[j] = of_a * a[j] + of_b * b[j];
  return sum;
}

constexpr std::size_t kRows = 40;

// A model and replicas of it that have changed some rows, each others.
struct Replicas {
  Replicas(std::size_t count, std::size_t dim) : model(random_matrix(kRows, dim, 1)), deltas(count, dim) {
    for (std::size_t r = 0; r < count; ++r) {
      replicas.push_back(model.clone());
      const Matrix change = random_matrix(kRows, dim, 2 + r);
      for (std::size_t row = 0; row < kRows; ++row)
        for (std::size_t j = 0; changes(row, r) && j < dim; ++j) replicas[r].row(row)[j] += change.row(row)[j];
    }
    for (Matrix& replica : replicas) tables.push_back(replica.data());
  }

  // Row 7 is changed by none, row 8 by one, the others by all or all but one.
  static bool changes(std::size_t row, std::size_t replica) {
    return row != 7 && (row == 8 ? replica == 0 : row % 5 != replica || row % 10 == 0);
  }

  DoubleRow expected(std::size_t row) const {
    std::vector<DoubleRow> changes;
    for (const Matrix& replica : replicas) {
      changes.push_back(as_doubles(replica.row(row)));
      for (std::size_t j = 0; j < model.dim(); ++j) changes.back()[j] -= model.row(row)[j];
    }
    for (std::size_t step = 1; step < changes.size(); step *= 2)
      for (std::size_t r = 0; r + step < changes.size(); r += 2 * step)
        changes[r] = adasum_of(changes[r], changes[r + step]);
    for (std::size_t j = 0; j < model.dim(); ++j) changes[0][j] += model.row(row)[j];
    return changes[0];
  }

  ReplicaRows rows(std::size_t begin, std::size_t end) {
    return {.model = model.data(),
            .replicas = tables.data(),
            .replica_count = tables.size(),
            .own = tables.size() - 1,
            .stride = model.stride(),
            .begin = begin,
            .end = end,
            .next = end,
            .next_end = kRows,
            .deltas = deltas.data(),
            .correction = kCorrection};
  }

  Matrix model, deltas;
  std::vector<Matrix> replicas;
  std::vector<float*> tables;
};

void expect_equal_rows(const Matrix& found, const Matrix& expected, std::size_t row) {
  for (std::size_t j = 0; j < expected.stride(); ++j)
    EXPECT_EQ(found.row_data(row)[j], expected.row_data(row)[j]) << "row " << row << " column " << j;
}

TEST_P(MeetingOf, TheModelChangesByTheAdasumOfItsReplicasWhichBecomeEqual) {
  for (const std::size_t count : {1, 2, 3, 4, 5}) {
    Replicas c(count, GetParam().dim);
    std::vector<DoubleRow> expected;
    for (std::size_t row = 0; row < kRows; ++row) expected.push_back(c.expected(row));
    const Matrix before = c.model.clone();

    kernels().adasum_replicas(c.rows(3, 30));

    for (std::size_t row = 3; row < 30; ++row) {
      test::expect_row_near(c.model.row(row), expected[row], 1e-5);
      for (const Matrix& replica : c.replicas) expect_equal_rows(replica, c.model, row);
    }
    for (const std::size_t row : {0, 1, 2, 30, 31, 39}) expect_equal_rows(c.model, before, row);
  }
}

TEST_P(MeetingOf, TwoChangesMeetAsAPair) {
  Matrix a = random_matrix(1, GetParam().dim, 8), b = random_matrix(1, GetParam().dim, 9);
  const DoubleRow expected = adasum_of(as_doubles(a.row(0)), as_doubles(b.row(0)));

  kernels().adasum(a.row_data(0), b.row_data(0), a.stride(), kCorrection);

  test::expect_row_near(a.row(0), expected, 1e-5);
}

// Whose squares are 0 in single precision: a replica that kept it would differ from the others.
TEST_P(MeetingOf, TheSmallestChangeIsOne) {
  for (const std::size_t count : {2, 3}) {
    Replicas c(count, GetParam().dim);
    c.model.row(0)[0] = 0;
    for (std::size_t r = 0; r < count; ++r) std::ranges::copy(c.model.row(0), c.replicas[r].row_data(0));
    c.replicas[1].row(0)[0] = std::numeric_limits<float>::denorm_min();

    kernels().adasum_replicas(c.rows(0, 1));

    EXPECT_EQ(c.model.row(0)[0], std::numeric_limits<float>::denorm_min());
    for (const Matrix& replica : c.replicas) expect_equal_rows(replica, c.model, 0);
  }
}

TEST_P(MeetingOf, WhatIsNotFiniteReachesTheModel) {
  for (const std::size_t count : {2, 3}) {
    Replicas c(count, GetParam().dim);
    c.replicas[1].row(7)[0] = std::numeric_limits<float>::quiet_NaN();

    kernels().adasum_replicas(c.rows(0, kRows));

    EXPECT_TRUE(std::isnan(c.model.row(7)[0]));
    EXPECT_FALSE(std::isnan(c.model.row(8)[0]));
  }
}

INSTANTIATE_TEST_SUITE_P(All, MeetingOf, testing::ValuesIn(test::kernel_cases()), test::kernel_case_name);

}  // namespace
}  // namespace linktrail
