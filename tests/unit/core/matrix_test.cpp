#include "core/matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace linktrail {
namespace {

TEST(Matrix, RowsStartOnCacheLinesAndPaddingIsZero) {
  Matrix matrix(3, 50);

  EXPECT_EQ(matrix.stride(), 64U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(matrix.row_data(i)) % 64, 0U);
  for (std::size_t i = 0; i < 3 * 64; ++i) EXPECT_EQ(matrix.data()[i], 0.0F);
}

TEST(NormalizeRows, MakesUnitRowsAndCountsZeros) {
  Matrix matrix(2, 2);
  matrix.row(0)[0] = 3;
  matrix.row(0)[1] = 4;

  EXPECT_EQ(normalize_rows(matrix), 1U);
  EXPECT_FLOAT_EQ(matrix.row(0)[0], 0.6F);
  EXPECT_FLOAT_EQ(matrix.row(0)[1], 0.8F);
  EXPECT_EQ(matrix.row(1)[0], 0.0F);
}

// The squares of the first are no floats, and the inverse of its length is none either.
TEST(NormalizeRows, MakesUnitRowsOfTheShortestAndTheLongest) {
  Matrix matrix(3, 3);
  matrix.row(0)[1] = 1e-45F;
  matrix.row(1)[0] = 3e38F;
  matrix.row(1)[2] = -3e38F;
  for (float& x : matrix.row(2)) x = -2e-42F;

  EXPECT_EQ(normalize_rows(matrix), 0U);
  EXPECT_TRUE(all_finite(matrix));
  EXPECT_EQ(matrix.row(0)[1], 1.0F);
  EXPECT_FLOAT_EQ(matrix.row(1)[0], std::sqrt(0.5F));
  EXPECT_FLOAT_EQ(matrix.row(2)[2], -std::sqrt(1 / 3.0F));
}

TEST(AllFinite, SeesOneNan) {
  Matrix matrix(4, 17);
  EXPECT_TRUE(all_finite(matrix));

  matrix.row(3)[16] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(all_finite(matrix));
}

TEST(Matrix, CloneIsDeep) {
  Matrix matrix(1, 1);
  Matrix copy = matrix.clone();
  copy.row(0)[0] = 1;
  EXPECT_EQ(matrix.row(0)[0], 0.0F);
}

}  // namespace
}  // namespace linktrail
