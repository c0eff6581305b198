#include "embedding/procrustes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace linktrail {
namespace {

constexpr double kPi = 3.14159265358979323846;

Matrix random_rows(std::size_t rows, std::size_t dim, std::uint64_t seed) {
  Matrix matrix(rows, dim);
  RandomStream random({.seed = seed, .stage = RandomStage::kSample});
  for (std::size_t i = 0; i < rows; ++i)
    for (float& x : matrix.row(i)) x = 2 * random.uniform() - 1;
  return matrix;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += static_cast<double>(a[d]) * b[d];
  return sum;
}

// A turn in the plane of columns 0 and 1 after one in that of 1 and 2, and column 3 mirrored.
Rotation planted(std::size_t dim) {
  Rotation turn{.dim = dim, .values = std::vector<double>(dim * dim)};
  for (std::size_t d = 0; d < dim; ++d) turn.values[d * dim + d] = 1;
  const double a = std::cos(kPi / 5), b = std::sin(kPi / 5), c = std::cos(1.2), s = std::sin(1.2);
  const double block[3][3] = {{a, b * c, b * s}, {-b, a * c, a * s}, {0, -s, c}};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) turn.values[i * dim + j] = block[i][j];
  turn.values[3 * dim + 3] = -1;
  return turn;
}

double largest_difference(const Rotation& a, const Rotation& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
  return largest;
}

TEST(Procrustes, RecoversAPlantedRotation) {
  const Matrix from = random_rows(1300, 20, 1);
  Matrix to = from.clone();
  rotate(planted(20), to, 0, to.rows());
  Procrustes procrustes(20);

  procrustes.add(from, to);
  const Alignment found = procrustes.solve();

  EXPECT_EQ(procrustes.pairs(), 1300U);
  EXPECT_LT(largest_difference(found.rotation, planted(20)), 1e-6);
  EXPECT_NEAR(found.cosine_after, 1, 1e-6);
  EXPECT_LT(found.cosine_before, 0.95);
}

TEST(Procrustes, LengthsOfRowsDoNotMatter) {
  const Matrix from = random_rows(200, 8, 2);
  Matrix to = from.clone();
  rotate(planted(8), to, 0, to.rows());
  for (std::size_t i = 0; i < to.rows(); ++i)
    for (float& x : to.row(i)) x *= static_cast<float>(i + 1);
  Procrustes procrustes(8);

  procrustes.add(from, to);

  EXPECT_LT(largest_difference(procrustes.solve().rotation, planted(8)), 1e-6);
}

TEST(Procrustes, PairsAddUpOverCallsAndThoseWithoutAVectorAreLeftOut) {
  const Matrix from = random_rows(100, 6, 3), to = random_rows(100, 6, 4);
  Procrustes whole(6), pieces(6);
  whole.add(from, to);
  pieces.add({from.data(), 40, 6, from.stride()}, {to.data(), 40, 6, to.stride()});
  pieces.add({from.row_data(40), 60, 6, from.stride()}, {to.row_data(40), 60, 6, to.stride()});
  pieces.add(Matrix(3, 6), random_rows(3, 6, 5));

  EXPECT_EQ(pieces.pairs(), 100U);
  EXPECT_LT(largest_difference(whole.solve().rotation, pieces.solve().rotation), 1e-12);
}

TEST(Procrustes, TheMeanCosinesAreThoseOfTheRowsBeforeAndAfter) {
  Matrix from = random_rows(50, 7, 6);
  const Matrix to = random_rows(50, 7, 7);
  Procrustes procrustes(7);
  procrustes.add(from, to);
  const Alignment found = procrustes.solve();
  const auto mean_cosine = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < 50; ++i)
      sum += dot(from.row(i), to.row(i)) / std::sqrt(dot(from.row(i), from.row(i)) * dot(to.row(i), to.row(i)));
    return sum / 50;
  };

  EXPECT_NEAR(found.cosine_before, mean_cosine(), 1e-6);
  rotate(found.rotation, from, 0, from.rows());
  EXPECT_NEAR(found.cosine_after, mean_cosine(), 1e-6);
  EXPECT_GE(found.cosine_after, found.cosine_before);
}

TEST(Procrustes, WithoutPairsOrWithFewIsStillOrthogonal) {
  EXPECT_EQ(Procrustes(3).solve().rotation.values, (std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
  Procrustes few(9);
  few.add(random_rows(2, 9, 8), random_rows(2, 9, 9));
  const Rotation turn = few.solve().rotation;

  for (std::size_t i = 0; i < 9; ++i)
    for (std::size_t j = 0; j < 9; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 9; ++k) product += turn.values[i * 9 + k] * turn.values[j * 9 + k];
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-12);
    }
}

TEST(Rotate, KeepsDotProductsAndThePadding) {
  const Matrix before = random_rows(600, 5, 10);
  Matrix after = before.clone();

  rotate(planted(5), after, 0, after.rows());

  for (std::size_t i = 1; i < 600; ++i)
    EXPECT_NEAR(dot(after.row(i), after.row(i - 1)), dot(before.row(i), before.row(i - 1)), 1e-6);
  for (std::size_t d = 5; d < after.stride(); ++d) EXPECT_EQ(after.row_data(599)[d], 0.0F);
}

}  // namespace
}  // namespace linktrail
