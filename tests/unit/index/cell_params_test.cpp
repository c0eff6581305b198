#include "index/cell_params.h"

#include <gtest/gtest.h>

namespace linktrail {
namespace {

constexpr std::uint64_t kSetSizes[] = {0, 1, 1000, 100'000, 499'999, 500'000, 1'000'000, 20'000'000};

TEST(CellParams, OfEverySizeMakeAPartition) {
  for (const std::uint64_t rows : kSetSizes) {
    EXPECT_NO_THROW(check(sized({}, rows).leaf)) << rows;
    EXPECT_NO_THROW(check(sized_above({}, rows).leaf)) << rows;
  }
}

TEST(CellParams, WhatIsLeftOpenFollowsTheSizeOfTheSet) {
  const CellParams small = sized({}, 100'000);
  const CellParams large = sized({}, 1'000'000);
  EXPECT_GT(small.leaf.leaf_rows, large.leaf.leaf_rows);
  EXPECT_GT(small.candidates, large.candidates);
  EXPECT_LT(small.leaf.cell_rows, large.leaf.cell_rows);
  EXPECT_GE(100'000 / small.leaf.cell_rows, 8U * 16U) << "several cells for each of 16 ranks";
  EXPECT_LT(sized({}, 10'000'000).candidates, large.candidates);
  for (const std::uint64_t rows : kSetSizes) {
    EXPECT_GT(sized({}, rows).neighbors, 0U) << rows;
    EXPECT_GT(sized({}, rows).fill, 0U) << rows;
  }
}

TEST(CellParams, WhatIsGivenStays) {
  const CellParams given{.leaf = {.leaf_rows = 70, .overlap = 2, .cell_rows = 90},
                         .neighbors = 11,
                         .candidates = 12,
                         .refine = {.ef = 13},
                         .fill = 14};
  for (const std::uint64_t rows : kSetSizes) {
    const CellParams params = sized(given, rows);
    EXPECT_EQ(params.leaf.leaf_rows, 70U);
    EXPECT_EQ(params.leaf.overlap, 2U);
    EXPECT_EQ(params.leaf.cell_rows, 90U);
    EXPECT_EQ(params.neighbors, 11U);
    EXPECT_EQ(params.candidates, 12U);
    EXPECT_EQ(params.refine.ef, 13U);
    EXPECT_EQ(params.fill, 14U);
  }
}

TEST(CellParams, OfLevelsAboveOverlapMoreAndTakeDiverseLinksOnly) {
  const CellParams given{.leaf = {.overlap = 3}, .neighbors = 11, .refine = {.ef = 13}, .fill = 14, .slack = 2};
  const CellParams above = sized_above(given, 1000);
  EXPECT_EQ(above.leaf.overlap, 6U);
  EXPECT_EQ(above.neighbors, 64U);
  EXPECT_EQ(above.refine.ef, 0U);
  EXPECT_EQ(above.fill, 0U);
  EXPECT_EQ(above.slack, 1.0F);
  EXPECT_EQ(sized_above({}, 1000).leaf.overlap, 8U);
  EXPECT_EQ(sized_above({.leaf = {.overlap = kMaxOverlap}}, 1000).leaf.overlap, kMaxOverlap);
}

}  // namespace
}  // namespace linktrail
