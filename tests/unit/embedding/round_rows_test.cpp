#include "embedding/round_rows.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/lazy_memory.h"

namespace linktrail {
namespace {

using testing::ElementsAre;

Matrix counted(std::size_t rows, std::size_t dim) {
  Matrix matrix(rows, dim);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < dim; ++j) matrix.row(i)[j] = static_cast<float>(10 * i + j);
  return matrix;
}

RoundRows overlay_of(Matrix& matrix) {
  auto memory = RoundMemory::in(reserve_zeroed(RoundMemory::bytes(matrix.rows(), matrix.dim())), matrix.rows());
  return {matrix, RoundMode::kOverlay, std::move(memory)};
}

float* trained(RoundRows& rows, TokenId row) { return rows.table() + rows.touch(row) * rows.stride(); }

TEST(RoundRows, InPlaceRowsKeepTheirNumbersAndCanBeTakenBack) {
  Matrix matrix = counted(5, 3);
  RoundRows rows(matrix);

  EXPECT_EQ(rows.touch(3), 3U);
  trained(rows, 3)[0] = -1;
  trained(rows, 1)[2] = -2;
  EXPECT_EQ(matrix.row(3)[0], -1);
  rows.roll_back();

  EXPECT_THAT(std::vector<float>(matrix.row(3).begin(), matrix.row(3).end()), ElementsAre(30, 31, 32));
  EXPECT_THAT(std::vector<float>(matrix.row(1).begin(), matrix.row(1).end()), ElementsAre(10, 11, 12));
  EXPECT_TRUE(rows.touched().empty());
}

TEST(RoundRows, FinishedChangesAreTakenBackNoMore) {
  Matrix matrix = counted(5, 3);
  RoundRows rows(matrix);

  trained(rows, 3)[0] = -1;
  rows.finish();
  trained(rows, 3)[1] = -2;
  rows.roll_back();

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

TEST(RoundRows, AnEmptyMatrixHasNothingToTouch) {
  Matrix matrix(0, 3);
  RoundRows rows(matrix);

  EXPECT_TRUE(rows.is_sane(1));
  rows.roll_back();
  EXPECT_EQ(rows.rows(), 0U);
}

}  // namespace
}  // namespace linktrail
