// Changes of rows meet as the combine rule says, on one node and on several.
#include "dist/row_sync.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "comm/collectives.h"
#include "comm/shared_window.h"
#include "dist/row_parts.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kRows = 300, kDim = 5;

// A matrix over nodes of `most_ranks`; rank r changes row i if (i + r) % 3 == 0, or all rows of 7.
struct Fixture {
  Fixture(int most_ranks, CombineRule rule)
      : node(world(), {.most_ranks = most_ranks}),
        matrix(shared_matrix(kRows, kDim, node)),
        window(RoundMemory::bytes(kRows, kDim), node.ranks(), world()),
        sync(matrix, memories(), {.combine = rule, .ranks = world().size()}, node),
        rows(matrix, RoundMemory::in(window.share(node.ranks().rank()), kRows)) {
    if (node.ranks().is_root())
      for (std::size_t i = 0; i < kRows; ++i) matrix.row(i)[0] = static_cast<float>(i);
    comm::barrier(world());
  }

  std::vector<RoundMemory> memories() const {
    std::vector<RoundMemory> result;
    for (int r = 0; r < node.ranks().size(); ++r) result.push_back(RoundMemory::in(window.share(r), kRows));
    return result;
  }

  static bool changes(std::size_t row, int rank) {
    return row % 7 == 0 || (row + static_cast<std::size_t>(rank)) % 3 == 0;
  }

  // Adds (rank + 1) to column 1 + rank % 4.
  void change() {
    for (TokenId i = 0; i < kRows; ++i)
      if (changes(i, world().rank()))
        rows.table()[rows.touch(i) * rows.stride() + 1 + static_cast<std::size_t>(world().rank()) % 4] +=
            static_cast<float>(world().rank() + 1);
  }

  void synchronise(std::size_t end, ValuePrecision precision) {
    comm::barrier(world());
    sync.synchronise({.begin = 0, .end = end}, precision);
    comm::barrier(world());
  }

  comm::Node node;
  Matrix matrix;
  comm::SharedWindow window;
  RowSync sync;
  RoundRows rows;
};

// What all ranks together add to columns 1..4 of a row.
float expected_sum(std::size_t row, std::size_t column) {
  float sum = 0;
  for (int r = 0; r < world().size(); ++r)
    if (Fixture::changes(row, r) && 1 + static_cast<std::size_t>(r) % 4 == column) sum += static_cast<float>(r + 1);
  return sum;
}

// At least 1.
float touching_ranks(std::size_t row) {
  float count = 0;
  for (int r = 0; r < world().size(); ++r) count += Fixture::changes(row, r) ? 1.0F : 0.0F;
  return std::max(count, 1.0F);
}

TEST(RowSync, AveragesOverTheRanksThatTouchedARowOnAnyNodes) {
  for (const int most_ranks : {0, 1, 2}) {
    Fixture fixture(most_ranks, CombineRule::kTouchedAverage);
    fixture.change();

    fixture.synchronise(kRows, ValuePrecision::kFloat32);

    for (std::size_t i = 0; i < kRows; ++i) {
      EXPECT_EQ(fixture.matrix.row(i)[0], static_cast<float>(i));
      for (std::size_t j = 1; j < kDim; ++j)
        EXPECT_NEAR(fixture.matrix.row(i)[j], expected_sum(i, j) / touching_ranks(i), 1e-5);
    }
    comm::barrier(world());
  }
}

// Up to four ranks change columns of their own: orthogonal changes add.
TEST(RowSync, AdasumAddsOrthogonalChanges) {
  if (world().size() > 4) return;
  for (const int most_ranks : {0, 1, 2}) {
    Fixture fixture(most_ranks, CombineRule::kAdasum);
    fixture.change();

    fixture.synchronise(kRows, ValuePrecision::kFloat32);

    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t j = 1; j < kDim; ++j) EXPECT_EQ(fixture.matrix.row(i)[j], expected_sum(i, j));
    comm::barrier(world());
  }
}

// A round goes on after some of the rows met: the second change adds to the first, and nothing counts twice.
TEST(RowSync, ARoundGoesOnAfterItsFirstRowsMet) {
  Fixture fixture(2, CombineRule::kTouchedAverage);
  const std::size_t hot = 100;
  fixture.change();
  fixture.synchronise(hot, ValuePrecision::kFloat32);
  EXPECT_EQ(fixture.matrix.row(hot)[1], 0.0F);
  comm::barrier(world());
  fixture.change();

  fixture.synchronise(kRows, ValuePrecision::kFloat32);

  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 1; j < kDim; ++j)
      EXPECT_NEAR(fixture.matrix.row(i)[j], 2 * expected_sum(i, j) / touching_ranks(i), 1e-5);
  comm::barrier(world());
}

TEST(RowSync, RestoresWhatItRemembers) {
  Fixture fixture(2, CombineRule::kTouchedAverage);
  fixture.sync.remember(100);
  fixture.change();
  fixture.synchronise(100, ValuePrecision::kFloat32);
  fixture.rows.finish();

  comm::barrier(world());
  fixture.sync.restore();
  comm::barrier(world());

  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 1; j < kDim; ++j) EXPECT_EQ(fixture.matrix.row(i)[j], 0.0F);
  comm::barrier(world());
}

// 257/256 has nine significant bits: every call loses a bit, which comes later.
TEST(NodeExchange, WhatRoundingTakesComesWithTheNextChange) {
  Fixture fixture(1, CombineRule::kAverage);
  const float step = 257.0F / 256;
  const auto change = [&](float value, ValuePrecision precision) {
    fixture.rows.table()[fixture.rows.touch(0) * fixture.rows.stride() + 1] += value;
    fixture.synchronise(kRows, precision);
    fixture.rows.finish();
    comm::barrier(world());
  };

  change(step, ValuePrecision::kBf16);
  EXPECT_EQ(fixture.matrix.row(0)[1] == step, world().size() == 1);
  change(0, ValuePrecision::kFloat32);

  EXPECT_NEAR(fixture.matrix.row(0)[1], step, 1e-6);
  const std::vector<float> all = comm::all_gather(fixture.matrix.row(0)[1], world());
  for (const float value : all) EXPECT_EQ(value, all[0]);
}

// What was rounded off a round that is taken back must not come later: here it is NaN.
TEST(NodeExchange, OwesNothingOfARoundThatWasTakenBack) {
  Fixture fixture(1, CombineRule::kAverage);
  const auto change = [&](float value) {
    fixture.rows.table()[fixture.rows.touch(0) * fixture.rows.stride() + 1] += value;
    fixture.synchronise(kRows, ValuePrecision::kBf16);
  };
  fixture.sync.remember(kRows);
  comm::barrier(world());
  change(std::numeric_limits<float>::quiet_NaN());
  fixture.rows.finish();
  comm::barrier(world());
  fixture.sync.restore();
  comm::barrier(world());

  change(1);

  EXPECT_EQ(fixture.matrix.row(0)[1], 1.0F);
  comm::barrier(world());
}

TEST(Bf16, RoundsToTheNearestAndKeepsWhatIsNotFinite) {
  EXPECT_EQ(from_bf16(to_bf16(1.0F)), 1.0F);
  EXPECT_EQ(from_bf16(to_bf16(257.0F / 256)), 1.0F);          // a tie goes to even
  EXPECT_EQ(from_bf16(to_bf16(259.0F / 256)), 260.0F / 256);  // and here, too
  EXPECT_EQ(from_bf16(to_bf16(-257.5F / 256)), -258.0F / 256);
  EXPECT_TRUE(std::isinf(from_bf16(to_bf16(std::numeric_limits<float>::infinity()))));
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(RowParts, EveryRowIsInOnePartAndHasAPlaceOfItsOwn) {
  for (const int parts : {1, 2, 3, 5}) {
    std::size_t seen = 0;
    for (int part = 0; part < parts; ++part) {
      std::size_t last = 0, count = 0;
      for_rows_of_part(70, 1000, part, parts, [&](std::size_t row) {
        EXPECT_EQ(part_of_row(row, parts), part);
        EXPECT_TRUE(count == 0 || place_in_part(row, parts) > last);
        ++count;
        last = place_in_part(row, parts);
        EXPECT_LT(last, rows_of_part(1000, parts));
      });
      seen += count;
    }
    EXPECT_EQ(seen, 930U);
  }
}

}  // namespace
}  // namespace linktrail::dist
