#include "dist/training_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace linktrail::dist {
namespace {

constexpr ModelShape kTenMillion{.input_rows = 10000000, .output_rows = 10000000, .dim = 64};

TEST(TrainingMemory, HasTheMatricesOnceForAllRanksOfANode) {
  const TrainingMemory one = training_memory(kTenMillion, {.ranks = 1, .sharing = 1}, 1000),
                       many = training_memory(kTenMillion, {.ranks = 16, .sharing = 16}, 1000);

  EXPECT_EQ(one.matrices, 2ULL * 10000000 * 64 * 4);
  EXPECT_EQ(many.matrices, one.matrices);
  EXPECT_EQ(many.rounds, 16 * one.rounds);
  EXPECT_LT(many.total(), 2 * one.total());
  EXPECT_EQ(training_memory(kTenMillion, {.ranks = 16, .sharing = 1}, 1000).matrices, 16 * one.matrices);
}

TEST(TrainingMemory, ARoundCannotTouchMoreRowsThanThereAre) {
  const ModelShape small{.input_rows = 1000, .output_rows = 10, .dim = 50};

  EXPECT_EQ(training_memory(small, {.ranks = 2, .sharing = 2}, 1000000).rounds,
            training_memory(small, {.ranks = 2, .sharing = 2}, 100000000).rounds);
  EXPECT_LT(training_memory(small, {.ranks = 2, .sharing = 2}, 10).rounds,
            training_memory(small, {.ranks = 2, .sharing = 2}, 100000000).rounds);
}

TEST(TrainingMemory, OneRankAloneCopiesNoRows) {
  EXPECT_EQ(training_memory(kTenMillion, {}, 0).rounds, 16ULL * kTenMillion.input_rows);
}

TEST(TrainingMemory, TheTrainerIsMadeFromCountsOfAllRowsHoweverShortTheRounds) {
  EXPECT_GE(training_memory(kTenMillion, {.ranks = 3, .sharing = 3}, 1).rounds, 3ULL * 16 * kTenMillion.input_rows);
}

TEST(TrainingMemory, IsRefusedWithNumbersWhenItCannotFit) {
  const TrainingMemory need = training_memory(kTenMillion, {.ranks = 2, .sharing = 2}, 1000000);

  EXPECT_NO_THROW(require_memory(need, kTenMillion, 2, need.total()));
  EXPECT_NO_THROW(require_memory(need, kTenMillion, 2, 0));
  try {
    require_memory(need, kTenMillion, 2, need.total() - 1);
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    const std::string text = error.what();
    for (const char* part : {"GiB", "10000000 + 10000000 rows of dim 64", "2 ranks", "--round-tokens"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace linktrail::dist
