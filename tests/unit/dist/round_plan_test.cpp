#include "dist/round_plan.h"

#include <gmock/gmock.h>

namespace linktrail::dist {
namespace {

using testing::ElementsAre;

RoundsPlan need_of(std::uint64_t tokens, std::size_t rows, int ranks, std::uint32_t epochs = 20) {
  return sync_need({.tokens = tokens, .rows = rows, .ranks = ranks, .epochs = epochs});
}

TEST(RoundPlan, TheLargestShardDecidesTheNumberOfRounds) {
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 301, 0}, 100), 4U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 300, 0}, 100), 3U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{0, 0}, 100), 1U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{100, 300}, 100, 8), 8U);
}

TEST(RoundPlan, HasNoMoreRoundsThanTheLargestShardHasTokens) {
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{7, 30, 0}, 100, 4000000000), 30U);
  EXPECT_EQ(rounds_per_epoch(std::vector<std::uint64_t>{0, 0}, 100, 80), 1U);
}

TEST(RoundPlan, OneRankNeedsNoSynchronisation) {
  EXPECT_EQ(need_of(1000000, 50000, 1).rounds, 1U);
  EXPECT_EQ(plan_rounds({}, std::vector<std::uint64_t>{1000000}, {50000, 50000, 50}, {.epochs = 20}).hot_syncs, 1U);
}

TEST(RoundPlan, MoreRanksAndFewerTokensARowNeedMoreRounds) {
  const std::uint64_t corpus = 100000000;
  EXPECT_GT(need_of(corpus / 8, 50000, 8).rounds, need_of(corpus / 80, 50000, 8).rounds);
  EXPECT_GT(need_of(corpus / 8, 50000, 8).rounds, need_of(corpus / 8, 500000, 8).rounds);
  EXPECT_EQ(need_of(corpus / 8, 50000, 8).rounds, need_of(corpus / 4, 50000, 4).rounds);
  EXPECT_GT(need_of(corpus / 4, 50000, 4).rounds, need_of(corpus / 2, 50000, 2).rounds);
}

TEST(RoundPlan, TheLongerARoundTheOfterFrequentRowsMeetInIt) {
  const std::uint64_t corpus = 100000000;
  const auto tokens_a_row = [&](std::uint32_t ranks) {
    const std::vector<std::uint64_t> tokens(ranks, corpus / ranks);
    const RoundsPlan need = plan_rounds({}, tokens, {50000, 50000, 50}, {.epochs = 20});
    return static_cast<double>(corpus) / (50000.0 * need.rounds * need.hot_syncs);
  };
  for (const std::uint32_t ranks : {2U, 4U, 16U}) EXPECT_LE(tokens_a_row(ranks), 2);
}

TEST(RoundPlan, SmallModelsMeetOftenAndLargeOnesAtTheirFrequentRows) {
  EXPECT_GT(need_of(10000, 4000, 2).rounds, 80U);
  const auto hot_syncs = [](std::uint64_t tokens, std::size_t rows) {
    return plan_rounds({}, std::vector<std::uint64_t>(2, tokens), {rows, rows, 50}, {.epochs = 20}).hot_syncs;
  };
  EXPECT_EQ(hot_syncs(10000, 4000), 1U);
  EXPECT_GT(hot_syncs(1000000, 1000000), 1U);
  EXPECT_EQ(need_of(1000000, 1000000, 2).hot_rows, 4096U);
  EXPECT_EQ(need_of(1000000, 50000, 2).hot_rows, 260U);
  EXPECT_EQ(need_of(10000, 4000, 2).hot_rows, 20U);
  EXPECT_EQ(need_of(100, 5, 2).hot_rows, 5U);
  EXPECT_EQ(need_of(0, 0, 2).rounds, 1U);
  EXPECT_LT(need_of(1000000, 2, 3).rounds, 500U) << "a corpus of one article is no reason to meet at each token";
}

TEST(RoundPlan, RowsThatARunTrainsSeldomMeetOften) {
  EXPECT_GT(need_of(1000000, 100000, 2, 5).rounds, 30U);
  EXPECT_LT(need_of(1000000, 100000, 2, 50).rounds, need_of(1000000, 100000, 2, 5).rounds);
  EXPECT_LT(need_of(20000000, 100000, 2, 5).rounds, 40U);
}

std::uint32_t rounds_of_mid_sized(Architecture architecture, int ranks, std::uint32_t epochs) {
  return sync_need({.tokens = 4240000 / static_cast<std::uint64_t>(ranks),
                    .rows = 49000,
                    .ranks = ranks,
                    .epochs = epochs,
                    .architecture = architecture})
      .rounds;
}

TEST(RoundPlan, SeveralRanksOfSkipGramMeetMoreRarelyThanThoseOfCbow) {
  for (const int ranks : {4, 8}) EXPECT_EQ(rounds_of_mid_sized(Architecture::kSkipGram, ranks, 20), 4U) << ranks;
  for (const int ranks : {4, 8}) EXPECT_EQ(rounds_of_mid_sized(Architecture::kCbow, ranks, 20), 6U) << ranks;
  for (const Architecture model : {Architecture::kSkipGram, Architecture::kCbow})
    EXPECT_EQ(rounds_of_mid_sized(model, 2, 20), 4U);
}

TEST(RoundPlan, ManyRanksOfSkipGramMeetOftenerInARunOfFewEpochs) {
  for (const int ranks : {5, 16}) EXPECT_EQ(rounds_of_mid_sized(Architecture::kSkipGram, ranks, 5), 16U) << ranks;
  for (const int ranks : {2, 4}) EXPECT_EQ(rounds_of_mid_sized(Architecture::kSkipGram, ranks, 5), 4U) << ranks;
  EXPECT_EQ(rounds_of_mid_sized(Architecture::kSkipGram, 8, 2), 64U) << "by the square root of what the run trains";
  EXPECT_EQ(rounds_of_mid_sized(Architecture::kCbow, 8, 5), 6U);
}

TEST(RoundPlan, ManyRanksOfSkipGramMeetNoOftenerThanOthersInAWarmStart) {
  const auto rounds = [](std::uint64_t tokens, std::uint32_t epochs, RowStart start, Architecture architecture) {
    return sync_need({.tokens = tokens,
                      .rows = 49000,
                      .ranks = 8,
                      .epochs = epochs,
                      .architecture = architecture,
                      .start = start})
        .rounds;
  };
  const auto of = [&](RowStart start) { return rounds(530000, 5, start, Architecture::kSkipGram); };

  EXPECT_EQ(of(RowStart::kRandom), 16U);
  EXPECT_EQ(of(RowStart::kTrained), 4U);
  EXPECT_EQ(rounds(61250, 5, RowStart::kRandom, Architecture::kSkipGram),
            rounds(61250, 5, RowStart::kRandom, Architecture::kCbow))
      << "nor more rarely than others where a run has ten tokens a row";
}

TEST(RoundPlan, RoundsOfALargeModelAreShortEnoughForItsMemory) {
  const ModelShape small{.input_rows = 1000000, .output_rows = 1000000, .dim = 64};
  const ModelShape large{.input_rows = 10000000, .output_rows = 10000000, .dim = 64};

  EXPECT_GT(most_round_tokens(small, 2), 10000000U);
  EXPECT_LT(most_round_tokens(large, 2), 1500000U);
  EXPECT_GT(most_round_tokens(large, 2), 100000U);
  EXPECT_GT(most_round_tokens(large, 1), 10000000U);
}

TEST(RoundPlan, ReplicasAreForRoundsThatTouchMostRows) {
  const ModelShape shape{.input_rows = 1000, .output_rows = 1000, .dim = 64};
  const std::vector<std::uint64_t> tokens{100000, 90000};
  const auto copies = [&](std::uint32_t rounds) {
    return plan_rounds({.min_rounds = rounds}, tokens, shape, {.epochs = 20}).copies;
  };

  EXPECT_EQ(copies(10), RankCopies::kReplica);
  EXPECT_EQ(copies(200), RankCopies::kTouchedRows);
}

TEST(RoundPlan, AllRowsMeetOftenUntilTheyHaveTheirDirections) {
  const ModelShape shape{.input_rows = 50000, .output_rows = 50000, .dim = 50};
  const auto early = [&](std::uint64_t tokens_of_rank, std::uint32_t epochs, RowStart rows = RowStart::kRandom) {
    const std::vector<std::uint64_t> tokens(2, tokens_of_rank);
    return plan_rounds({.rows = rows}, tokens, shape, {.epochs = epochs}).early_epochs;
  };

  EXPECT_EQ(early(2000000, 20), 2U);   // 80 tokens a row and epoch
  EXPECT_EQ(early(20000000, 20), 1U);  // one epoch has them
  EXPECT_EQ(early(8000000, 1), 1U);    // no more than there are
  EXPECT_EQ(early(100000, 20), 0U);    // rounds that touch few rows are short anyway
  EXPECT_EQ(early(2000000, 20, RowStart::kTrained), 0U);
  EXPECT_EQ(plan_rounds({}, std::vector<std::uint64_t>(16, 250000), shape, {.epochs = 20}).early_epochs,
            2U);  // of overlays, too
  EXPECT_EQ(plan_rounds({}, std::vector<std::uint64_t>{4000000}, shape, {.epochs = 20}).early_epochs,
            0U);  // nobody to meet
}

TEST(RoundPlan, AnEarlyEpochHasMoreRoundsOfFewerParts) {
  const RoundsPlan plan{.rounds = 6, .hot_syncs = 8, .early_epochs = 2};

  EXPECT_EQ(plan.rounds_of(1), 24U);
  EXPECT_EQ(plan.parts_of_round(1), 2U);
  EXPECT_EQ(plan.rounds_of(2), 6U);
  EXPECT_EQ(plan.parts_of_round(2), 8U);
  EXPECT_EQ(plan.rounds_before(0), 0U);
  EXPECT_EQ(plan.rounds_before(1), 24U);
  EXPECT_EQ(plan.rounds_before(2), 48U);
  EXPECT_EQ(plan.rounds_before(4), 60U);
}

// Where memory or the user cuts an epoch into more rounds than quality asks for, frequent rows need few meetings more.
TEST(RoundPlan, FrequentRowsMeetByTheTokensOfTheRoundsThatThereAre) {
  const std::vector<std::uint64_t> tokens(2, 60000000);
  const ModelShape shape{.input_rows = 200000, .output_rows = 200000, .dim = 64};

  EXPECT_EQ(plan_rounds({}, tokens, shape, {.epochs = 20}).hot_syncs, 20U);  // a round trains 21 tokens a row
  EXPECT_EQ(plan_rounds({.min_rounds = 200}, tokens, shape, {.epochs = 20}).hot_syncs, 4U);
  EXPECT_EQ(plan_rounds({.round_tokens = 300000}, tokens, shape, {.epochs = 20}).hot_syncs, 4U);
}

TEST(RoundPlan, TokensAreAlikeWhereFewArticlesHaveMany) {
  EXPECT_EQ(tokens_alike(std::vector<std::uint64_t>{7, 7, 7}), 7);
  EXPECT_EQ(tokens_alike(std::vector<std::uint64_t>{3, 1, 0}), 2.5);
  EXPECT_EQ(tokens_alike(std::vector<std::uint64_t>{}), 0);
}

// By how far rows get in a round: tokens a row or of an average token's row, pairs a token, targets a pair and the
// rate.
TEST(RoundPlan, ParallelChangesOfShortRoundsOfSkipGramCountMore) {
  const std::vector<std::uint64_t> tokens(2, 160000);
  const double one_a_round = 320;
  const auto correction = [&](double alike, TrainParams params, std::size_t rows = 3900) {
    return plan_rounds({}, tokens, {rows, rows, 64}, params, alike).input_correction;
  };
  const TrainParams params{.architecture = Architecture::kSkipGram, .window = 5, .negatives = 5, .learning_rate = 0.05};
  const auto with = [&](const auto& change) {
    TrainParams changed = params;
    change(changed);
    return correction(3 * one_a_round, changed);
  };

  EXPECT_FLOAT_EQ(correction(3 * one_a_round, params), 0.3F);
  EXPECT_FLOAT_EQ(correction(6 * one_a_round, params), 0.6F);
  EXPECT_EQ(correction(40 * one_a_round, params), 1) << "an article in every session";
  EXPECT_FLOAT_EQ(correction(2 * one_a_round, params), 1000 / 3900.0F) << "as evenly spread as can be";
  EXPECT_FLOAT_EQ(with([](TrainParams& p) { p.learning_rate = 0.1; }), 0.6F);
  EXPECT_FLOAT_EQ(with([](TrainParams& p) { p.window = 10; }), 0.6F);
  EXPECT_FLOAT_EQ(with([](TrainParams& p) { p.negatives = 11; }), 0.6F);
  EXPECT_EQ(with([](TrainParams& p) { p.learning_rate = 0.2; }), 1);
  EXPECT_EQ(with([](TrainParams& p) { p.architecture = Architecture::kCbow; }), 1);
  EXPECT_EQ(correction(160000, params, 50000), 1) << "rounds of a larger model are long";
}

TEST(RoundPlan, FourRanksOfSkipGramMakeLongerChangesOfOutputRows) {
  const auto plan = [](std::size_t ranks, Architecture architecture, RowStart rows = RowStart::kRandom) {
    const std::vector<std::uint64_t> tokens(ranks, 2000000);
    return plan_rounds({.rows = rows}, tokens, {50000, 50000, 64}, {.architecture = architecture});
  };

  EXPECT_FLOAT_EQ(plan(4, Architecture::kSkipGram).output_correction, 0.85F);
  EXPECT_FLOAT_EQ(plan(3, Architecture::kSkipGram).output_correction, 0.85F);
  EXPECT_EQ(plan(4, Architecture::kSkipGram).input_correction, 1);
  EXPECT_EQ(plan(4, Architecture::kSkipGram, RowStart::kTrained).output_correction, 1);
  for (const std::size_t ranks : {3, 4}) EXPECT_EQ(plan(ranks, Architecture::kCbow).output_correction, 1);
  EXPECT_EQ(plan(2, Architecture::kSkipGram).output_correction, 1);
  EXPECT_EQ(plan(5, Architecture::kSkipGram).output_correction, 1);
}

// Where rounds are so short that less of the correction is made anyway, of both matrices.
TEST(RoundPlan, ShortRoundsMakeTheSameCorrectionOfBothMatrices) {
  const RoundsPlan plan = plan_rounds({}, std::vector<std::uint64_t>(4, 80000), {3900, 3900, 64},
                                      {.architecture = Architecture::kSkipGram, .window = 5, .negatives = 5}, 960);
  EXPECT_LT(plan.input_correction, 0.5F);
  EXPECT_EQ(plan.output_correction, plan.input_correction);
}

TEST(RoundPlan, EarlyRoundsDivideTheMeetingsOfARound) {
  const auto times = [](std::uint32_t hot_syncs) { return RoundsPlan{.hot_syncs = hot_syncs}.early_times(); };
  const auto times_of = [](Architecture architecture, std::size_t ranks) {
    const std::vector<std::uint64_t> tokens(ranks, 4000000 / ranks);
    return plan_rounds({}, tokens, {50000, 50000, 50}, {.architecture = architecture, .epochs = 20}).early_times();
  };

  EXPECT_EQ(times(20), 4U);
  EXPECT_EQ(times(6), 3U);
  EXPECT_EQ(times(2), 2U);
  EXPECT_EQ(times(5), 1U);
  EXPECT_EQ((RoundsPlan{.hot_syncs = 24, .asked_early_times = 2}.early_times()), 2U);
  EXPECT_EQ((RoundsPlan{.hot_syncs = 9, .asked_early_times = 2}.early_times()), 3U) << "rather oftener than not at all";
  EXPECT_EQ((RoundsPlan{.hot_syncs = 5, .asked_early_times = 2}.early_times()), 1U);
  EXPECT_EQ(times_of(Architecture::kCbow, 2), 4U);
  EXPECT_EQ(times_of(Architecture::kSkipGram, 2), 2U);
  EXPECT_EQ(times_of(Architecture::kSkipGram, 16), 2U);
}

TEST(RoundPlan, WhatIsAskedForIsDone) {
  const ModelShape shape{.input_rows = 1000, .output_rows = 1000, .dim = 64};
  const std::vector<std::uint64_t> tokens{1000, 1000};

  EXPECT_EQ(plan_rounds({.min_rounds = 7, .hot_syncs = 3}, tokens, shape, {.epochs = 20}).rounds, 7U);
  EXPECT_EQ(plan_rounds({.min_rounds = 7, .hot_syncs = 3}, tokens, shape, {.epochs = 20}).hot_syncs, 3U);
  EXPECT_EQ(plan_rounds({.round_tokens = 10, .min_rounds = 7}, tokens, shape, {.epochs = 20}).rounds, 100U);
  EXPECT_EQ(plan_rounds({}, tokens, shape, {.epochs = 20}).rounds, need_of(1000, 1000, 2).rounds);
}

TEST(RoundPlan, SlicesHoldAboutEqualTokens) {
  std::vector<std::uint64_t> offsets{0};
  for (std::uint64_t i = 0; i < 1000; ++i) offsets.push_back(offsets.back() + 1 + i % 7);

  const auto bounds = slice_bounds(offsets, 9);

  ASSERT_EQ(bounds.size(), 10U);
  EXPECT_EQ(bounds.front(), 0U);
  EXPECT_EQ(bounds.back(), 1000U);
  for (std::size_t r = 0; r < 9; ++r)
    EXPECT_NEAR(static_cast<double>(offsets[bounds[r + 1]] - offsets[bounds[r]]),
                static_cast<double>(offsets.back()) / 9, 7);
}

TEST(RoundPlan, MoreRoundsThanSequencesLeavesSomeEmpty) {
  const auto bounds = slice_bounds(std::vector<std::uint64_t>{0, 5, 9}, 5);

  EXPECT_EQ(bounds.front(), 0U);
  EXPECT_EQ(bounds.back(), 2U);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(RoundPlan, EmptyShardsHaveEmptySlices) {
  EXPECT_THAT(slice_bounds({}, 2), ElementsAre(0, 0, 0));
  EXPECT_THAT(slice_bounds(std::vector<std::uint64_t>{0}, 2), ElementsAre(0, 0, 0));
  EXPECT_THAT(slice_bounds(std::vector<std::uint64_t>{0, 0, 0}, 1), ElementsAre(0, 2));
}

}  // namespace
}  // namespace linktrail::dist
