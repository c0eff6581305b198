// The random order: a bijection for every size, and no order that one could see.
#include "core/permutation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace linktrail {
namespace {

std::vector<std::uint64_t> places(std::uint64_t size, std::uint64_t seed) {
  const RandomPermutation permutation(size, seed, RandomStage::kRecordOrder);
  std::vector<std::uint64_t> result(size);
  for (std::uint64_t i = 0; i < size; ++i) result[i] = permutation(i);
  return result;
}

TEST(RandomPermutation, GivesEveryPlaceOnceForAnySize) {
  for (const std::uint64_t size : {1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097}) {
    std::vector<std::uint64_t> all = places(size, 7), expected(size);
    std::iota(expected.begin(), expected.end(), std::uint64_t{0});

    std::sort(all.begin(), all.end());

    EXPECT_EQ(all, expected) << size;
  }
}

TEST(RandomPermutation, DependsOnTheSeed) { EXPECT_NE(places(1000, 1), places(1000, 2)); }

// A quarter of the input lands in each quarter of the order: 2500 x 1/4 = 625 a cell, standard deviation 19.
TEST(RandomPermutation, SpreadsEveryPartOfTheInputOverTheWholeOrder) {
  const auto order = places(10000, 3);
  std::vector<int> cells(16, 0);

  for (std::size_t i = 0; i < order.size(); ++i) ++cells[i / 2500 * 4 + order[i] / 2500];

  for (const int cell : cells) EXPECT_NEAR(cell, 625, 100);
}

TEST(RandomPermutation, SeldomKeepsNeighboursTogether) {
  const auto order = places(10000, 3);
  int close = 0;

  for (std::size_t i = 1; i < order.size(); ++i)
    close += std::max(order[i], order[i - 1]) - std::min(order[i], order[i - 1]) < 10 ? 1 : 0;

  EXPECT_LT(close, 60);  // 18 expected
}

}  // namespace
}  // namespace linktrail
