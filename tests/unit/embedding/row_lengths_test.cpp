#include "embedding/row_lengths.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace linktrail {
namespace {

using testing::ElementsAre;

// Lengths 5, 0, 5 and 0.5.
Matrix rows() {
  Matrix matrix(4, 2);
  std::ranges::copy(std::vector<float>{3, 4}, matrix.row(0).begin());
  std::ranges::copy(std::vector<float>{-4, 3}, matrix.row(2).begin());
  std::ranges::copy(std::vector<float>{0.3F, 0.4F}, matrix.row(3).begin());
  return matrix;
}

TEST(RowLengths, LongRowsKeepTheirDirectionAndShortOnesEverything) {
  Matrix matrix = rows();
  shorten_rows(matrix, 0, 4, 1);

  EXPECT_THAT(matrix.row(0), ElementsAre(testing::FloatEq(0.6F), testing::FloatEq(0.8F)));
  EXPECT_THAT(matrix.row(1), ElementsAre(0, 0));
  EXPECT_THAT(matrix.row(2), ElementsAre(testing::FloatEq(-0.8F), testing::FloatEq(0.6F)));
  EXPECT_THAT(matrix.row(3), ElementsAre(0.3F, 0.4F));
}

TEST(RowLengths, RowsOutsideTheRangeStay) {
  Matrix matrix = rows();
  shorten_rows(matrix, 1, 2, 1);

  EXPECT_THAT(matrix.row(0), ElementsAre(3, 4));
  EXPECT_THAT(matrix.row(2), ElementsAre(-4, 3));
}

TEST(RowLengths, WithoutABoundNothingChanges) {
  Matrix matrix = rows();
  shorten_rows(matrix, 0, 4, RowLengths{}.input);

  EXPECT_THAT(matrix.row(0), ElementsAre(3, 4));
}

TEST(RowLengths, ByCountARowMayBeTheSquareRootOfItsCountTimesAsLong) {
  Matrix matrix = rows();
  shorten_rows_by_count(matrix, 0, 4, 0.5F, std::vector<std::uint64_t>{4, 1, 400});

  EXPECT_THAT(matrix.row(0), ElementsAre(testing::FloatEq(0.6F), testing::FloatEq(0.8F))) << "at most 1";
  EXPECT_THAT(matrix.row(2), ElementsAre(-4, 3)) << "at most 10";
  EXPECT_THAT(matrix.row(3), ElementsAre(0.3F, 0.4F)) << "without a count";
}

TEST(RowLengths, ByCountRowsOutsideTheRangeAndWithoutABoundStay) {
  const std::vector<std::uint64_t> once(4, 1);
  Matrix matrix = rows();
  shorten_rows_by_count(matrix, 1, 2, 0.5F, once);
  shorten_rows_by_count(matrix, 0, 4, RowLengths{}.output, once);

  EXPECT_THAT(matrix.row(0), ElementsAre(3, 4));
  EXPECT_THAT(matrix.row(2), ElementsAre(-4, 3));
}

TEST(RowLengths, AWarmStartOfSkipGramBoundsBothMatricesByCount) {
  const WarmLengths lengths = warm_row_lengths(Architecture::kSkipGram, 50);
  EXPECT_FLOAT_EQ(lengths.once.input, 0.32F);
  EXPECT_FLOAT_EQ(lengths.once.output, 0.32F);
  EXPECT_TRUE(std::isinf(lengths.any.input) && std::isinf(lengths.any.output));
}

TEST(RowLengths, AWarmStartOfCbowBoundsAllInputsByTokensARowAndOutputsByCount) {
  const auto input = [](double tokens_a_row) { return warm_row_lengths(Architecture::kCbow, tokens_a_row).any.input; };
  EXPECT_FLOAT_EQ(input(5), 0.3F);
  EXPECT_FLOAT_EQ(input(64), 0.4F);
  EXPECT_FLOAT_EQ(input(540), 0.9F);
  const WarmLengths lengths = warm_row_lengths(Architecture::kCbow, 64);
  EXPECT_FLOAT_EQ(lengths.once.output, 0.5F);
  EXPECT_TRUE(std::isinf(lengths.any.output) && std::isinf(lengths.once.input));
}

TEST(RowLengths, CbowIsShortenedOnceAfterTwoFifthsOfItsEpochs) {
  const auto after = [](std::uint32_t epochs) { return shortening_of(Architecture::kCbow, epochs).after_epochs; };
  EXPECT_EQ(after(1), 0U) << "never";
  EXPECT_EQ(after(2), 0U);
  EXPECT_EQ(after(3), 1U);
  EXPECT_EQ(after(5), 2U);
  EXPECT_EQ(after(20), 8U);
  EXPECT_EQ(shortening_of(Architecture::kSkipGram, 20).after_epochs, 0U);
}

}  // namespace
}  // namespace linktrail
