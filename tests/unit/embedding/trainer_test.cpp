#include "embedding/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "embedding/negative_pool.h"
#include "support/heap.h"
#include "unit/embedding/overlay.h"
#include "unit/embedding/planted_topics.h"

namespace linktrail {
namespace {

using test::PlantedTopics;

bool same_bytes(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.stride() == b.stride() &&
         std::memcmp(a.data(), b.data(), a.rows() * a.stride() * sizeof(float)) == 0;
}

double largest_difference(const Matrix& a, const Matrix& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.rows() * a.stride(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i])));
  return largest;
}

TrainParams small_params(Architecture architecture) {
  return {.architecture = architecture, .dim = 20, .window = 3, .negatives = 5, .epochs = 5, .subsample = 1};
}

TrainStats train_all(const TrainParams& params, const PlantedTopics& world, EmbeddingModel& model) {
  const TokenSequences sessions = world.make(7);
  SequenceTrainer trainer(params, world.counts(sessions),
                          model.input.rows() > world.vocabulary() ? sessions.size() : 0);
  RoundModel round(model);
  TrainStats last;
  for (std::uint32_t epoch = 0; epoch < params.epochs; ++epoch)
    last = trainer.train(sessions,
                         {.begin = 0,
                          .end = sessions.size(),
                          .epoch = epoch,
                          .progress_begin = epoch / static_cast<double>(params.epochs),
                          .progress_end = (epoch + 1) / static_cast<double>(params.epochs)},
                         round);
  return last;
}

class SequenceTrainerOf : public testing::TestWithParam<Architecture> {};

TEST_P(SequenceTrainerOf, LearnsPlantedTopics) {
  const PlantedTopics world;
  EmbeddingModel plain = initial_model(world.qids(), world.vocabulary(), 20, 1);
  EmbeddingModel with_end = initial_sequence_model(world.qids(), 20, 1);
  const double before = world.separation(plain);

  train_all(small_params(GetParam()), world, plain);
  train_all(small_params(GetParam()), world, with_end);

  EXPECT_LT(std::abs(before), 0.1);
  EXPECT_GT(world.separation(plain), 0.6);
  EXPECT_GT(world.separation(with_end), 0.6);
}

TEST_P(SequenceTrainerOf, LearnsBagsWhoseOrderMeansNothing) {
  const PlantedTopics world;
  TrainParams params = small_params(GetParam());
  params.order = SequenceOrder::kShuffledEachEpoch;
  EmbeddingModel model = initial_model(world.qids(), world.vocabulary(), 20, 1);

  train_all(params, world, model);

  EXPECT_GT(world.separation(model), 0.6);
}

TEST_P(SequenceTrainerOf, IsDeterministic) {
  const PlantedTopics world{.sessions = 200};
  EmbeddingModel a = initial_sequence_model(world.qids(), 20, 1), b = initial_sequence_model(world.qids(), 20, 1);
  EmbeddingModel other_seed = initial_sequence_model(world.qids(), 20, 1);
  TrainParams params = small_params(GetParam());

  train_all(params, world, a);
  train_all(params, world, b);
  params.seed = 2;
  train_all(params, world, other_seed);

  EXPECT_TRUE(same_bytes(a.input, b.input));
  EXPECT_TRUE(same_bytes(a.output, b.output));
  EXPECT_FALSE(same_bytes(a.input, other_seed.input));
}

// Two calls over parts, the second as a shard of its own, equal one call over all. A part of CBOW ends with a block.
TEST_P(SequenceTrainerOf, RecordsDoNotDependOnHowTheyAreSliced) {
  const PlantedTopics world{.sessions = 160};
  const std::size_t cut = GetParam() == Architecture::kCbow ? 64 : 40;
  const double progress = 0.2 + 0.2 * static_cast<double>(cut) / 160;
  const TokenSequences sessions = world.make(3);
  TokenSequences second;
  for (std::size_t i = cut; i < sessions.size(); ++i) second.append(sessions[i]);
  EmbeddingModel whole = initial_model(world.qids(), world.vocabulary(), 20, 1);
  EmbeddingModel halves = initial_model(world.qids(), world.vocabulary(), 20, 1);
  RoundModel whole_round(whole), halves_round(halves);
  SequenceTrainer trainer(small_params(GetParam()), world.counts(sessions));

  trainer.train(sessions, {.begin = 0, .end = 160, .epoch = 1, .progress_begin = 0.2, .progress_end = 0.4},
                whole_round);
  trainer.train(sessions, {.begin = 0, .end = cut, .epoch = 1, .progress_begin = 0.2, .progress_end = progress},
                halves_round);
  trainer.train(
      second,
      {.begin = 0, .end = 160 - cut, .first_record = cut, .epoch = 1, .progress_begin = progress, .progress_end = 0.4},
      halves_round);

  // The rate of a record may differ in the last bit.
  EXPECT_LT(largest_difference(whole.input, halves.input), 1e-5);
  EXPECT_LT(largest_difference(whole.output, halves.output), 1e-5);
}

// Sessions of articles of their own: none of them may be left out, in whichever part of a block it stands.
TEST_P(SequenceTrainerOf, TrainsEveryRecord) {
  constexpr TokenId kSessions = 70, kLength = 3;
  std::vector<Qid> qids(std::size_t{kSessions} * kLength);
  std::iota(qids.begin(), qids.end(), Qid{1});
  TokenSequences sessions;
  for (TokenId i = 0; i < kSessions; ++i)
    sessions.append(std::vector<TokenId>{i * kLength, i * kLength + 1, i * kLength + 2});
  for (std::size_t end = 1; end <= kSessions; ++end) {
    EmbeddingModel model = initial_model(qids, qids.size(), 20, 1);
    for (std::size_t i = 0; i < model.output.rows(); ++i) model.output.row(i)[0] = 0.1F;
    const Matrix input = model.input.clone();
    RoundModel round(model);
    SequenceTrainer trainer(small_params(GetParam()), std::vector<std::uint64_t>(qids.size(), 1));

    trainer.train(sessions, {.begin = 0, .end = end, .progress_end = 0.5}, round);

    for (std::size_t row = 0; row < qids.size(); ++row)
      EXPECT_EQ(std::ranges::equal(input.row(row), model.input.row(row)), row >= end * kLength) << end << ' ' << row;
  }
}

TEST_P(SequenceTrainerOf, TouchesTheRowsThatItChangesAndFewMore) {
  const PlantedTopics world{.topics = 40, .articles = 20, .sessions = 6};
  const TokenSequences sessions = world.make(3);
  EmbeddingModel model = initial_model(world.qids(), world.vocabulary(), 20, 1);
  // From output rows of zero the first gradients would be zero too.
  for (std::size_t i = 0; i < model.output.rows(); ++i) model.output.row(i)[0] = 0.1F;
  RoundModel round = test::overlay_of(model);
  SequenceTrainer trainer(small_params(GetParam()), std::vector<std::uint64_t>(world.vocabulary(), 1));

  trainer.train(sessions, {.begin = 0, .end = 6, .progress_end = 0.5}, round);

  const auto changed = [](const RoundRows& trained, const Matrix& before) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < before.rows(); ++i)
      if (!std::equal(before.row(i).begin(), before.row(i).end(), trained.peek(i))) rows.push_back(i);
    return rows;
  };
  const auto rising = [](std::span<const TokenId> rows) {
    std::vector<std::uint32_t> sorted(rows.begin(), rows.end());
    std::ranges::sort(sorted);
    return sorted;
  };
  EXPECT_EQ(rising(round.input.touched()), changed(round.input, model.input));
  // The samples of the pool that no centre drew are touched, too.
  EXPECT_TRUE(std::ranges::includes(rising(round.output.touched()), changed(round.output, model.output)));
  EXPECT_LE(round.output.touched().size(), changed(round.output, model.output).size() + NegativePool::kSlots);
  EXPECT_LT(round.output.touched().size(), world.vocabulary());
}

TEST_P(SequenceTrainerOf, ShowsADivergedModelInTheLoss) {
  const PlantedTopics world{.sessions = 50};
  EmbeddingModel model = initial_model(world.qids(), world.vocabulary(), 20, 1);
  for (float& x : model.input.row(0)) x = std::numeric_limits<float>::quiet_NaN();

  const TrainStats stats = train_all(small_params(GetParam()), world, model);

  EXPECT_FALSE(std::isfinite(stats.loss_sum));
}

// Output rows of zero make every probability one half: a loss of ln 2 for each pair with the target and with each of
// the negatives, save those that are the target. The loss of the first step thus counts the weights of all pairs.
double first_loss_in_ln2(Architecture architecture, const TokenSequences& sequences, std::size_t articles) {
  EmbeddingModel model = initial_model(std::vector<Qid>(articles, 1), articles, 20, 1);
  RoundModel round(model);
  TrainParams params = small_params(architecture);
  params.learning_rate = 1e-30;
  SequenceTrainer trainer(params, std::vector<std::uint64_t>(articles, 1));
  const TrainStats stats = trainer.train(sequences, {.begin = 0, .end = sequences.size(), .progress_end = 1}, round);
  EXPECT_GT(stats.loss_examples, 0U);
  EXPECT_LE(stats.loss_examples, stats.examples);
  return stats.loss_sum / static_cast<double>(stats.loss_examples) / std::log(2.0);
}

TEST_P(SequenceTrainerOf, EveryPairMeetsItsTargetAndAllOfItsNegatives) {
  const std::size_t articles = 5000;
  TokenSequences sequences;
  std::vector<TokenId> tokens(11);
  for (TokenId first = 0; first < 200; ++first) {
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = first * 11 + static_cast<TokenId>(i);
    sequences.append(tokens);
  }
  EXPECT_NEAR(first_loss_in_ln2(GetParam(), sequences, articles), 1 + 5, 0.02);
}

TEST_P(SequenceTrainerOf, ATargetIsNoNegativeOfItsOwn) {
  TokenSequences sequences;
  for (int i = 0; i < 50; ++i) sequences.append(std::vector<TokenId>(7, 0));
  EXPECT_NEAR(first_loss_in_ln2(GetParam(), sequences, 1), 1, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Architecture, SequenceTrainerOf, testing::Values(Architecture::kCbow, Architecture::kSkipGram),
                         [](const auto& param_info) {
                           return param_info.param == Architecture::kCbow ? "Cbow" : "SkipGram";
                         });

// In a sequence of n different tokens the pair at distance d is drawn when the radius, uniform in 1..w, is at least d:
// the expected number of pairs is the sum over d of 2 (n - d) (w - d + 1) / w.
TEST(SequenceTrainer, WindowRadiusIsUniform) {
  const std::size_t n = 30, w = 5;
  TokenSequences sequences;
  std::vector<TokenId> tokens(n);
  for (std::size_t i = 0; i < n; ++i) tokens[i] = static_cast<TokenId>(i);
  for (int i = 0; i < 500; ++i) sequences.append(tokens);
  EmbeddingModel model = initial_model(std::vector<Qid>(n, 1), n, 4, 1);
  RoundModel round(model);
  SequenceTrainer trainer({.architecture = Architecture::kSkipGram, .dim = 4, .window = w, .subsample = 1},
                          std::vector<std::uint64_t>(n, 1));

  const TrainStats stats = trainer.train(sequences, {.begin = 0, .end = 500, .progress_end = 1}, round);

  double expected = 0;
  for (std::size_t d = 1; d <= w; ++d) expected += 2.0 * static_cast<double>((n - d) * (w - d + 1)) / w;
  EXPECT_NEAR(static_cast<double>(stats.examples) / 500, expected, 0.01 * expected);
  EXPECT_EQ(stats.tokens, 500 * n);
}

TEST(SequenceTrainer, ShortAndEmptySequencesAreRead) {
  TokenSequences sequences;
  sequences.append(std::vector<TokenId>{});
  sequences.append(std::vector<TokenId>{1});
  EmbeddingModel model = initial_model(std::vector<Qid>{1, 2}, 2, 4, 1);
  EmbeddingModel with_end = initial_sequence_model(std::vector<Qid>{1, 2}, 4, 1);
  RoundModel round(model), end_round(with_end);
  const std::vector<std::uint64_t> counts{1, 1};
  const TrainSlice slice{.begin = 0, .end = 2, .progress_end = 1};

  const TrainStats none = SequenceTrainer({.dim = 4, .subsample = 1}, counts).train(sequences, slice, round);
  const TrainStats ends = SequenceTrainer({.dim = 4, .subsample = 1}, counts, 2).train(sequences, slice, end_round);

  EXPECT_EQ(none.tokens, 1U);
  EXPECT_EQ(none.examples, 0U);
  EXPECT_EQ(ends.examples, 2U);  // the token predicts the end, and the end the token
  EXPECT_EQ(embeddings(with_end, 2).rows, 2U);
}

TEST(SequenceTrainer, RefusesAModelOfOtherSize) {
  EmbeddingModel model = initial_model(std::vector<Qid>{1, 2}, 2, 4, 1);
  RoundModel round(model);
  SequenceTrainer trainer({.dim = 4}, std::vector<std::uint64_t>{1, 1}, 1);

  EXPECT_THROW(trainer.train({}, {}, round), std::invalid_argument);
}

TEST(InitialModel, DependsOnTheArticleAndNotOnItsPlace) {
  const EmbeddingModel a = initial_model(std::vector<Qid>{42, 7}, 3, 10, 1);
  const EmbeddingModel b = initial_model(std::vector<Qid>{7}, 3, 10, 1);

  EXPECT_TRUE(std::equal(a.input.row(1).begin(), a.input.row(1).end(), b.input.row(0).begin()));
  EXPECT_EQ(a.output.rows(), 3U);
  for (const float x : a.input.row(0)) EXPECT_LE(std::abs(x), 0.1F);
  for (const float x : a.output.row(0)) EXPECT_EQ(x, 0.0F);
}

// Counts are as many as the model has rows.
TEST(Trainer, DoesNotKeepTheCounts) {
  constexpr std::size_t kArticles = 1 << 20;
  const std::size_t before = test::heap_bytes();

  const SequenceTrainer trainer({.dim = 4}, std::vector<std::uint64_t>(kArticles, 1), 1);

  EXPECT_LT(test::heap_bytes() - before, kArticles * sizeof(std::uint64_t) / 2);
}

}  // namespace
}  // namespace linktrail
