#include "embedding/round_rows.h"

#include <gmock/gmock.h>

#include <limits>

#include "unit/embedding/overlay.h"

namespace linktrail {
namespace {

using test::overlay_of;
using testing::ElementsAre;

Matrix counted(std::size_t rows, std::size_t dim) {
  Matrix matrix(rows, dim);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < dim; ++j) matrix.row(i)[j] = static_cast<float>(10 * i + j);
  return matrix;
}

float* trained(RoundRows& rows, TokenId row) { return rows.table() + rows.touch(row) * rows.stride(); }

TEST(RoundRows, InPlaceRowsKeepTheirNumbersAndChangeTheMatrix) {
  Matrix matrix = counted(5, 3);
  RoundRows rows(matrix);

  EXPECT_EQ(rows.touch(3), 3U);
  trained(rows, 3)[0] = -1;
  EXPECT_EQ(rows.peek(3)[0], -1);
  rows.finish();

  EXPECT_THAT(std::vector<float>(matrix.row(3).begin(), matrix.row(3).end()), ElementsAre(-1, 31, 32));
}

TEST(RoundRows, AnOverlayLeavesTheMatrixAsItIs) {
  Matrix matrix = counted(5, 3);
  RoundRows rows = overlay_of(matrix);

  trained(rows, 4)[0] = -1;
  trained(rows, 2)[0] = -2;

  EXPECT_EQ(matrix.row(4)[0], 40);
  EXPECT_THAT(rows.touched(), ElementsAre(4, 2));
  EXPECT_EQ(trained(rows, 4)[0], -1);
  EXPECT_EQ(trained(rows, 4)[1], 41);
  EXPECT_EQ(rows.peek(4)[0], -1);
  EXPECT_EQ(rows.peek(0)[1], 1);
  rows.finish();
  EXPECT_EQ(trained(rows, 4)[0], 40);
}

TEST(RoundRows, ARowIsCopiedOncePerRound) {
  Matrix matrix = counted(2, 3);
  RoundRows rows = overlay_of(matrix);

  const std::uint32_t place = rows.touch(1);

  EXPECT_EQ(rows.touch(1), place);
  EXPECT_THAT(rows.touched(), ElementsAre(1));
}

TEST(RoundRows, RowsThatAreNotFiniteOrExplodeAreNotSane) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e5F}) {
    Matrix matrix = counted(5, 3);
    RoundRows rows = overlay_of(matrix);
    trained(rows, 1)[0] = 2;
    EXPECT_TRUE(rows.is_sane(1e4F));
    trained(rows, 3)[1] = bad;
    EXPECT_FALSE(rows.is_sane(1e4F));
  }
}

TEST(RoundRows, RowsInPlaceAreLookedAtWhetherTouchedOrNot) {
  Matrix matrix = counted(5, 3);
  RoundRows rows(matrix);

  EXPECT_TRUE(rows.is_sane(1e4F));
  matrix.row(4)[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(rows.is_sane(1e4F));
}

TEST(RoundRows, AnEmptyMatrixHasNothingToTouch) {
  Matrix matrix(0, 3);
  RoundRows rows(matrix);

  EXPECT_TRUE(rows.is_sane(1));
  rows.finish();
  EXPECT_EQ(rows.rows(), 0U);
}

}  // namespace
}  // namespace linktrail
