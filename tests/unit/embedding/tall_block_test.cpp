#include "embedding/tall_block.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace linktrail {
namespace {

TallBlock random_block(std::size_t rows, std::size_t columns) {
  TallBlock block(rows, columns);
  RandomStream random({.seed = 2, .stage = RandomStage::kSample});
  for (float& x : block.values) x = random.uniform() - 0.5F;
  return block;
}

SquareMatrix gram(const TallBlock& block) {
  const auto most = static_cast<double>(largest(block));
  OrderFreeSums sums(block.columns * block.columns, static_cast<double>(block.rows) * most * most);
  add_products(block, block, sums);
  SquareMatrix result(block.columns);
  for (std::size_t i = 0; i < result.values.size(); ++i) result.values[i] = sums.value(i);
  return result;
}

TEST(PartBounds, AreWholeChunksThatCoverAllRows) {
  EXPECT_EQ(part_bounds(5000, 2), (std::vector<std::uint64_t>{0, 2048, 5000}));
  EXPECT_EQ(part_bounds(10, 3), (std::vector<std::uint64_t>{0, 0, 0, 10}));
  EXPECT_EQ(part_bounds(0, 2), (std::vector<std::uint64_t>{0, 0, 0}));
}

TEST(TallBlock, ProductsOfPartsAddUpToTheSameBits) {
  const TallBlock whole = random_block(3000, 5);
  OrderFreeSums at_once(25, 3000), in_parts(25, 3000);
  add_products(whole, whole, at_once);

  const auto bounds = part_bounds(3000, 2);
  for (std::size_t part : {std::size_t{1}, std::size_t{0}}) {
    TallBlock block(bounds[part + 1] - bounds[part], 5);
    std::copy_n(whole.row(bounds[part]), block.values.size(), block.values.data());
    add_products(block, block, in_parts);
  }

  for (std::size_t i = 0; i < 25; ++i) EXPECT_EQ(at_once.value(i), in_parts.value(i));
  double expected = 0;
  for (std::size_t i = 0; i < 3000; ++i) expected += static_cast<double>(whole.row(i)[1]) * whole.row(i)[3];
  EXPECT_NEAR(at_once.value(1 * 5 + 3), expected, 1e-9);
}

TEST(Orthonormalizer, MakesColumnsOrthonormal) {
  TallBlock block = random_block(2000, 6);
  for (std::size_t i = 0; i < block.rows; ++i) block.row(i)[4] *= 1e4F;

  multiply_right(block, orthonormalizer(gram(block)));

  const SquareMatrix result = gram(block);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j) EXPECT_NEAR(result(i, j), i == j ? 1 : 0, 1e-5);
}

TEST(Orthonormalizer, SetsColumnsBeyondTheRankToZero) {
  TallBlock block = random_block(2000, 3);
  for (std::size_t i = 0; i < block.rows; ++i) {
    block.row(i)[1] = 2 * block.row(i)[0];
    block.row(i)[2] = 0;
  }

  multiply_right(block, orthonormalizer(gram(block)));

  const SquareMatrix result = gram(block);
  double trace = 0;
  for (std::size_t i = 0; i < 3; ++i) trace += result(i, i);
  EXPECT_NEAR(trace, 1, 1e-5);
}

}  // namespace
}  // namespace linktrail
