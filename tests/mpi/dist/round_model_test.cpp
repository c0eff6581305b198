// Overlays and replicas are two ways to the same bytes.
#include "dist/round_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "comm/collectives.h"
#include "core/hash.h"
#include "dist/row_parts.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kRows = 300, kHotRows = 40;
constexpr ModelShape kShape{.input_rows = kRows, .output_rows = 17, .dim = 5};

struct Fixture {
  explicit Fixture(RankCopies copies, int most_ranks = 0, float input_correction = 1, float output_correction = 1)
      : model(zero_model(kShape,
                         std::make_shared<const comm::Node>(world(), comm::NodeParams{.most_ranks = most_ranks}))),
        round(start(model), CombineRule::kAdasum,
              {.hot_syncs = 2,
               .hot_rows = kHotRows,
               .copies = copies,
               .input_correction = input_correction,
               .output_correction = output_correction}) {}

  // Rows that differ, before there are copies of them.
  static NodeModel& start(NodeModel& model) {
    if (model.node->ranks().is_root())
      for (std::size_t i = 0; i < kRows; ++i) model.matrices.input.row(i)[0] = static_cast<float>(i);
    comm::barrier(world());
    return model;
  }

  // Each rank changes some rows, hot ones among them, by amounts of its own.
  void change(float amount) {
    const auto rank = static_cast<std::size_t>(world().rank());
    for (TokenId i = 0; i < kRows; ++i)
      if (i % 7 == 0 || (i + rank) % 3 == 0) add(round.rows().input, i, amount / static_cast<float>(rank + i + 1));
    for (TokenId i = 0; i < kShape.output_rows; ++i) add(round.rows().output, i, amount + static_cast<float>(rank));
  }

  static void add(RoundRows& rows, TokenId row, float amount) {
    float* values = rows.table() + rows.touch(row) * rows.stride();
    for (std::size_t j = 0; j < kShape.dim; ++j) values[j] += amount * static_cast<float>(j + 1);
  }

  std::uint64_t fingerprint() const {
    comm::barrier(world());
    std::uint64_t hash = 0;
    for (const Matrix* matrix : {&model.matrices.input, &model.matrices.output})
      hash = hash_bytes(
          {reinterpret_cast<const char*>(matrix->data()), matrix->rows() * matrix->stride() * sizeof(float)}, hash);
    comm::barrier(world());
    return hash;
  }

  // Two rounds, with hot rows that meet in the middle of each. Bytes after both.
  std::vector<std::uint64_t> train() {
    std::vector<std::uint64_t> bytes;
    for (const float amount : {1.0F, -0.4F}) {
      round.remember_hot_rows();
      change(amount);
      round.synchronise_hot_rows(ValuePrecision::kFloat32);
      change(2 * amount);
      round.finish(ValuePrecision::kFloat32);
      bytes.push_back(fingerprint());
    }
    return bytes;
  }

  NodeModel model;
  SharedRound round;
};

double longest_row(const Matrix& matrix) {
  double longest = 0;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    const auto row = matrix.row(i);
    longest = std::max(longest, std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0)));
  }
  return longest;
}

TEST(SharedRound, ReplicasTrainWhatOverlaysDo) {
  for (const int most_ranks : {0, 1, 2}) {
    Fixture overlay(RankCopies::kTouchedRows, most_ranks), replica(RankCopies::kReplica, most_ranks);
    const std::uint64_t before = replica.fingerprint();

    const std::vector<std::uint64_t> expected = overlay.train(), found = replica.train();

    EXPECT_EQ(found, expected);
    EXPECT_NE(found[0], before);
    EXPECT_NE(found[1], found[0]);
  }
}

// Hot rows have met already when the round is taken back; the round after it is trained as if nothing had been.
TEST(SharedRound, ARoundThatIsTakenBackLeavesNothing) {
  for (const RankCopies copies : {RankCopies::kTouchedRows, RankCopies::kReplica}) {
    Fixture never(copies), back(copies);
    if (back.round.is_alone()) return;
    const std::uint64_t before = back.fingerprint();
    back.round.remember_hot_rows();
    back.change(3);
    back.round.synchronise_hot_rows(ValuePrecision::kFloat32);
    back.change(std::numeric_limits<float>::infinity());
    EXPECT_FALSE(back.round.is_sane());

    back.round.roll_back();

    EXPECT_EQ(back.fingerprint(), before);
    EXPECT_EQ(back.train(), never.train());
  }
}

// Ranks train from the shorter rows: replicas know of them as overlays do.
TEST(SharedRound, ShortenedRowsAreThoseOfTheModelAndOfEveryRank) {
  const RowLengths longest{.input = 1.5F, .output = 0.5F};
  std::vector<std::vector<std::uint64_t>> trained;
  for (const RankCopies copies : {RankCopies::kTouchedRows, RankCopies::kReplica}) {
    Fixture fixture(copies);
    fixture.train();

    fixture.round.shorten(longest);

    EXPECT_LE(longest_row(fixture.model.matrices.input), longest.input * 1.0001);
    EXPECT_LE(longest_row(fixture.model.matrices.output), longest.output * 1.0001);
    trained.push_back(fixture.train());
  }
  EXPECT_EQ(trained[0], trained[1]);
}

// Overlays, replicas and nodes alike: the same change of all ranks is one, or without correction their sum.
TEST(SharedRound, MeetingsCorrectRowsOfEitherMatrixAsMuchAsThePlanSays) {
  const auto as_long = [](float correction) { return correction == 1 ? 1.0F : static_cast<float>(world().size()); };
  for (const auto& [input, output] : {std::pair(1.0F, 0.0F), {0.0F, 1.0F}})
    for (const auto& [copies, most_ranks] :
         {std::pair(RankCopies::kTouchedRows, 0), {RankCopies::kReplica, 0}, {RankCopies::kTouchedRows, 1}}) {
      Fixture fixture(copies, most_ranks, input, output);
      Fixture::add(fixture.round.rows().input, 3, 1);
      Fixture::add(fixture.round.rows().output, 3, 1);
      fixture.round.finish(ValuePrecision::kFloat32);
      EXPECT_FLOAT_EQ(fixture.model.matrices.input.row(3)[1], 2 * as_long(input));
      EXPECT_FLOAT_EQ(fixture.model.matrices.output.row(3)[1], 2 * as_long(output));
      comm::barrier(world());
    }
}

TEST(SharedRound, WhatIsNotANumberReachesTheModel) {
  for (const RankCopies copies : {RankCopies::kTouchedRows, RankCopies::kReplica}) {
    Fixture fixture(copies);
    Fixture::add(fixture.round.rows().input, 3, std::numeric_limits<float>::quiet_NaN());

    fixture.round.finish(ValuePrecision::kFloat32);

    comm::barrier(world());
    EXPECT_FALSE(all_finite(fixture.model.matrices.input));
    comm::barrier(world());
  }
}

}  // namespace
}  // namespace linktrail::dist
