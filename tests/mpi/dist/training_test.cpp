#include "dist/training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/hash.h"
#include "embedding/trainer.h"
#include "support/heap.h"
#include "support/mpi_test.h"
#include "unit/embedding/planted_topics.h"

namespace linktrail::dist {
namespace {

using test::PlantedTopics;
using test::world;

std::uint64_t fingerprint(const NodeModel& shared) {
  const EmbeddingModel& model = shared.matrices;
  const auto bytes = [](const Matrix& m) {
    return std::string_view(reinterpret_cast<const char*>(m.data()), m.rows() * m.stride() * sizeof(float));
  };
  return hash_bytes(bytes(model.output), hash_bytes(bytes(model.input)));
}

// Also keeps ranks from changing the model while others read it.
bool same_on_all_ranks(std::uint64_t value) {
  const auto all = comm::all_gather(value, world());
  return std::all_of(all.begin(), all.end(), [&](std::uint64_t v) { return v == all[0]; });
}

// Planted sessions, of which this rank has a contiguous share; with kRankZeroEmpty rank 0 of several has none.
enum class Split { kEven, kRankZeroEmpty };

// Most tokens of a round with which ranks train overlays, for there are 120 articles, and with which replicas.
constexpr std::uint64_t kOverlayTokens = 100, kReplicaTokens = 500;

struct Fixture {
  explicit Fixture(Split split = Split::kEven) : sessions(topics.make(7)), counts(topics.counts(sessions)) {
    const auto ranks = static_cast<std::size_t>(world().size()), rank = static_cast<std::size_t>(world().rank());
    const std::size_t skipped = split == Split::kRankZeroEmpty && ranks > 1 ? 1 : 0;
    const auto bound = [&](std::size_t r) {
      return r <= skipped ? 0 : sessions.size() * (r - skipped) / (ranks - skipped);
    };
    first = bound(rank);
    for (std::size_t i = first; i < bound(rank + 1); ++i) shard.append(sessions[i]);
  }

  NodeModel new_model() const {
    return share_model(initial_sequence_model(topics.qids(), params.dim, params.seed), node);
  }
  SequenceShard view() const { return {.sequences = shard, .first_record = first, .counts = counts}; }

  std::shared_ptr<const comm::Node> node = std::make_shared<const comm::Node>(world());
  PlantedTopics topics{.sessions = 600};
  TrainParams params{.dim = 16, .window = 3, .negatives = 5, .epochs = 8, .subsample = 1, .learning_rate = 0.1};
  SyncParams sync{.round_tokens = kReplicaTokens, .min_rounds = 1};
  TokenSequences sessions;
  std::vector<std::uint64_t> counts;
  TokenSequences shard;
  std::uint64_t first = 0;
};

TrainOutcome train(const Fixture& fixture, NodeModel& model, const TrainHooks& hooks = {}, TrainCursor start = {}) {
  return train_sequences(fixture.params, fixture.sync, fixture.view(), start, model, hooks);
}

TEST(Training, NodesHaveEqualModelsAndRunsRepeat) {
  for (const std::uint64_t round_tokens : {kOverlayTokens, kReplicaTokens}) {
    Fixture fixture;
    fixture.sync.round_tokens = round_tokens;
    NodeModel first = fixture.new_model(), second = fixture.new_model();
    const TrainOutcome outcome = train(fixture, first);
    train(fixture, second);

    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.next, (TrainCursor{fixture.params.epochs, 0}));
    EXPECT_EQ(outcome.tokens, fixture.sessions.tokens.size() * fixture.params.epochs);
    EXPECT_TRUE(same_on_all_ranks(fingerprint(first)));
    EXPECT_EQ(fingerprint(first), fingerprint(second));
    comm::barrier(world());
  }
}

TEST(Training, LearnsPlantedTopicsWithEveryArchitectureAtAnyNumberOfRanks) {
  for (const Architecture architecture : {Architecture::kCbow, Architecture::kSkipGram}) {
    Fixture fixture;
    fixture.params.architecture = architecture;
    NodeModel model = fixture.new_model();

    train(fixture, model);

    EXPECT_GT(fixture.topics.separation(model.matrices), 0.5);
  }
}

TEST(Training, EmptyShardsTakePart) {
  const Fixture fixture(Split::kRankZeroEmpty);
  NodeModel model = fixture.new_model();

  const TrainOutcome outcome = train(fixture, model);

  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.tokens, fixture.sessions.tokens.size() * fixture.params.epochs);
  EXPECT_TRUE(same_on_all_ranks(fingerprint(model)));
  EXPECT_GT(fixture.topics.separation(model.matrices), 0.5);
}

// The last rank alone asks to stop; the model there and the cursor continue to the same bytes.
TEST(Training, AStoppedRunResumesToTheSameBytes) {
  const Fixture fixture;
  NodeModel whole = fixture.new_model(), stopped = fixture.new_model();
  const TrainHooks stop_early{.on_round_end = [](const TrainCursor& next) {
    const bool here = next.epoch == 3 && next.round == 0;
    return here && world().rank() == world().size() - 1 ? AfterRound::kStop : AfterRound::kContinue;
  }};

  train(fixture, whole);
  const TrainOutcome part = train(fixture, stopped, stop_early);
  const bool equal_already = fingerprint(whole) == fingerprint(stopped);
  const TrainOutcome rest = train(fixture, stopped, {}, part.next);

  EXPECT_FALSE(part.finished);
  EXPECT_EQ(part.next, (TrainCursor{3, 0}));
  EXPECT_FALSE(equal_already);
  EXPECT_TRUE(rest.finished);
  EXPECT_EQ(fingerprint(whole), fingerprint(stopped));
}

// Of an early epoch, where all rows meet often, and of a late one.
TEST(Training, ResumesInTheMiddleOfAnEpoch) {
  for (const std::uint64_t round_tokens : {kOverlayTokens, kReplicaTokens})
    for (const TrainCursor stop : {TrainCursor{1, 2}, TrainCursor{6, 2}}) {
      Fixture fixture;
      fixture.sync = {.round_tokens = round_tokens, .min_rounds = 4, .hot_syncs = 8};
      NodeModel whole = fixture.new_model(), stopped = fixture.new_model();
      const TrainHooks stop_early{.on_round_end = [&](const TrainCursor& next) {
        return next == stop ? AfterRound::kStop : AfterRound::kContinue;
      }};

      train(fixture, whole);
      const TrainOutcome part = train(fixture, stopped, stop_early);
      train(fixture, stopped, {}, part.next);

      EXPECT_EQ(part.next, stop);
      EXPECT_EQ(fingerprint(whole), fingerprint(stopped));
      comm::barrier(world());
    }
}

// While rows take their directions, all of them meet oftener.
TEST(Training, EarlyEpochsHaveMoreRounds) {
  for (const auto& [architecture, times] : {std::pair(Architecture::kCbow, 4U), {Architecture::kSkipGram, 2U}}) {
    Fixture fixture;
    fixture.params.architecture = architecture;
    fixture.sync.hot_syncs = 8;
    NodeModel model = fixture.new_model();
    std::vector<RoundReport> reports;
    train(fixture, model, {.on_report = [&](const RoundReport& report) { reports.push_back(report); }});

    EXPECT_EQ(reports.front().rounds, reports.back().rounds * (world().size() == 1 ? 1 : times));
    for (std::size_t i = 0; i < reports.size(); ++i) EXPECT_EQ(reports[i].step, i);
  }
}

TEST(Training, RefusesACursorOfAnotherRun) {
  const Fixture fixture;
  NodeModel model = fixture.new_model();

  EXPECT_THROW(train(fixture, model, {}, {.epoch = 0, .round = 100000}), comm::AgreedError);
}

// They are as many as the model has rows, on every rank.
TEST(Training, HandsTheCountsBackBeforeTheFirstRound) {
  constexpr std::size_t kArticles = 1 << 19, kBytes = kArticles * sizeof(std::uint64_t);
  const Fixture fixture;
  NodeModel model =
      zero_model({.input_rows = kArticles, .output_rows = kArticles, .dim = fixture.params.dim}, fixture.node);
  const std::size_t before = test::heap_bytes();
  std::size_t most = 0;
  SequenceShard shard = fixture.view();
  shard.counts = std::vector<std::uint64_t>(kArticles, 1);

  TrainParams once = fixture.params;
  once.epochs = 1;
  train_sequences(once, fixture.sync, std::move(shard), {}, model,
                  {.on_report = [&](const RoundReport&) { most = std::max(most, test::heap_bytes()); }});

  EXPECT_LT(most, before + kBytes / 2);
}

TEST(Training, ReportsEveryRoundAlikeOnAllRanks) {
  const Fixture fixture;
  NodeModel model = fixture.new_model();
  std::vector<RoundReport> reports;

  train(fixture, model, {.on_report = [&](const RoundReport& report) { reports.push_back(report); }});

  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.size(), std::size_t{reports[0].rounds} * fixture.params.epochs);
  EXPECT_DOUBLE_EQ(reports.back().progress, 1.0);
  EXPECT_NEAR(reports.back().learning_rate, 0.0, 1e-12);
  EXPECT_LT(reports.back().loss, reports.front().loss);
  EXPECT_TRUE(same_on_all_ranks(static_cast<std::uint64_t>(reports.back().loss * 1e12)));
  EXPECT_TRUE(same_on_all_ranks(static_cast<std::uint64_t>(reports.back().slowest_rank)));
}

// One rank's fault is everybody's: all take the round back, also what of it frequent rows have met about, and go on at
// half the rate.
TEST(Training, ARoundThatSpoilsTheModelIsTakenBackAndTrainedAtHalfTheRate) {
  Fixture fixture;
  const std::uint32_t last = fixture.params.epochs - 1;
  for (const auto& [tokens, hot_syncs, epoch] :
       {std::tuple(kOverlayTokens, 1U, last), {kOverlayTokens, 3U, last}, {kReplicaTokens, 8U, 0U}}) {
    fixture.sync.round_tokens = tokens;
    fixture.sync.hot_syncs = hot_syncs;
    std::vector<Divergence> found;
    NodeModel model = fixture.new_model();
    for (float& x : model.matrices.input.row(0)) x = 1e30F;  // finite, and no rate makes it better
    comm::barrier(world());
    const std::uint64_t before = fingerprint(model);
    comm::barrier(world());
    const auto fault = test::agreed_fault([&] {
      train(fixture, model, {.on_divergence = [&](const Divergence& divergence) { found.push_back(divergence); }},
            {.epoch = epoch});
    });
    ASSERT_ON_ALL_RANKS(fault.has_value());
    EXPECT_EQ(fault->code(), ExitCode::kUsage);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].learning_rate, 0.05);
    EXPECT_EQ(found[2].learning_rate, 0.0125);
    EXPECT_TRUE(world().size() == 1 || fingerprint(model) == before);  // of the first round
    comm::barrier(world());
  }
}

TEST(Training, GoesOnAfterADivergenceAndAResumedRunKnowsOfIt) {
  Fixture fixture;
  fixture.params.learning_rate = 3;  // too much at first; what is learnt at a fraction of it is not the question
  fixture.params.epochs = 2;
  NodeModel whole = fixture.new_model(), stopped = fixture.new_model();
  std::size_t divergences = 0;
  const TrainHooks count{.on_divergence = [&](const Divergence&) { ++divergences; }};
  const TrainHooks stop_early{.on_round_end = [](const TrainCursor& next) {
    return next.epoch == 1 && next.round == 0 ? AfterRound::kStop : AfterRound::kContinue;
  }};

  const auto fault = test::agreed_fault([&] { train(fixture, whole, count); });
  ASSERT_ON_ALL_RANKS(!fault.has_value());
  const TrainOutcome part = train(fixture, stopped, stop_early);
  const TrainOutcome rest = train(fixture, stopped, {}, part.next);

  EXPECT_GT(divergences, 0U);
  EXPECT_EQ(part.next.halvings, divergences);
  EXPECT_EQ(rest.next.halvings, divergences);
  EXPECT_EQ(fingerprint(whole), fingerprint(stopped));
  comm::barrier(world());
}

// After the seventh round the model is spoilt: one rank alone trains again from where it can (the second round, past
// the shortening of rows), and then as a run that halves its rate there. Several have their overlays to forget.
TEST(Training, OneRankAloneTrainsAgainWhatItCannotTakeBack) {
  Fixture fixture;
  fixture.sync.round_tokens = 2000;
  NodeModel model = fixture.new_model(), expected = fixture.new_model();
  EmbeddingModel saved;
  std::size_t rounds = 0, restored = 0;
  TrainCursor spoilt_at, saved_at;
  const TrainHooks hooks{.restore =
                             [&] {
                               ++restored;
                               model.matrices = {.input = saved.input.clone(), .output = saved.output.clone()};
                               return saved_at;
                             },
                         .on_round_end =
                             [&](const TrainCursor& next) {
                               if (++rounds == 2) {
                                 saved = {.input = model.matrices.input.clone(),
                                          .output = model.matrices.output.clone()};
                                 saved_at = next;
                               } else if (rounds == 7) {
                                 spoilt_at = next;
                                 if (world().size() == 1) model.matrices.input.row(0)[0] = 1e30F;
                               }
                               return AfterRound::kContinue;
                             }};
  const TrainHooks stop{.on_round_end = [&](const TrainCursor& next) {
    return next == spoilt_at ? AfterRound::kStop : AfterRound::kContinue;
  }};

  const TrainOutcome outcome = train(fixture, model, hooks);
  TrainCursor cursor = train(fixture, expected, stop).next;
  if (world().size() == 1) ++cursor.halvings;
  train(fixture, expected, {}, cursor);

  EXPECT_EQ(restored, world().size() == 1 ? 1U : 0U);
  EXPECT_EQ(outcome.next.halvings, cursor.halvings);
  EXPECT_EQ(fingerprint(model), fingerprint(expected));
  comm::barrier(world());
}

// Ranks as two or more nodes of at most two: every node has the same model, and it learns.
TEST(Training, NodesExchangeWhatTheirRanksLearnt) {
  for (const ValuePrecision precision : {ValuePrecision::kFloat32, ValuePrecision::kBf16}) {
    Fixture fixture;
    fixture.node = std::make_shared<const comm::Node>(world(), comm::NodeParams{.most_ranks = 2});
    fixture.sync.precision = precision;
    fixture.sync.hot_syncs = 3;
    NodeModel first = fixture.new_model(), second = fixture.new_model();

    train(fixture, first);
    train(fixture, second);

    EXPECT_TRUE(same_on_all_ranks(fingerprint(first)));
    EXPECT_EQ(fingerprint(first), fingerprint(second));
    EXPECT_GT(fixture.topics.separation(first.matrices), 0.5);
    comm::barrier(world());
  }
}

// A tree over positions: pairs of ranks are merged first, on one node or on several.
TEST(Training, TheResultDoesNotDependOnHowRanksAreSpreadOverNodes) {
  Fixture one, spread;
  one.sync.round_tokens = spread.sync.round_tokens = kOverlayTokens;
  spread.node = std::make_shared<const comm::Node>(world(), comm::NodeParams{.most_ranks = 2});
  NodeModel model = one.new_model(), spread_model = spread.new_model();

  train(one, model);
  train(spread, spread_model);

  EXPECT_EQ(fingerprint(model), fingerprint(spread_model));
  comm::barrier(world());
}

TEST(Training, ADivergedModelEndsAllRanksWithOneFault) {
  const Fixture fixture;
  NodeModel model = fixture.new_model();
  for (float& x : model.matrices.input.row(0)) x = std::numeric_limits<float>::infinity();

  comm::barrier(world());  // all ranks have written the same

  try {
    train(fixture, model);
    ADD_FAILURE() << "accepted";
  } catch (const comm::AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("--lr"), std::string::npos);
  }
}

// A plain average over all ranks learns less from the same data; with one rank all rules are the same.
TEST(Training, AdasumLearnsFasterThanAveraging) {
  Fixture fixture;
  fixture.params.epochs = 2;
  NodeModel adasum = fixture.new_model(), average = fixture.new_model();

  const double adasum_loss = train(fixture, adasum).loss;
  fixture.sync.rule = CombineRule::kAverage;
  const double average_loss = train(fixture, average).loss;

  if (world().size() == 1) {
    EXPECT_EQ(fingerprint(adasum), fingerprint(average));
  } else {
    EXPECT_LT(adasum_loss, average_loss);
  }
}

TEST(Training, SupervisedLearnsLabelsAndKeepsReplicasEqual) {
  Fixture fixture;
  fixture.params.learning_rate = 0.5;
  Sequences<LabelId> labels;
  for (std::size_t i = 0; i < fixture.shard.size(); ++i)
    labels.append(std::vector<LabelId>{static_cast<LabelId>(fixture.shard[i][0] % fixture.topics.topics)});
  NodeModel model =
      initial_node_model(fixture.topics.qids(), fixture.topics.topics, fixture.params.dim, 1, fixture.node);

  const TrainOutcome outcome =
      train_supervised(fixture.params, fixture.sync,
                       {.bags = fixture.shard, .labels = labels, .first_record = fixture.first}, {}, model, {});

  std::size_t right = 0;
  std::vector<float> scores(fixture.topics.topics);
  for (std::size_t i = 0; i < fixture.sessions.size(); ++i) {
    predict_labels(fixture.sessions[i], model.matrices, scores);
    const auto best = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    right += best == fixture.sessions[i][0] % fixture.topics.topics ? 1 : 0;
  }
  EXPECT_TRUE(outcome.finished);
  EXPECT_TRUE(same_on_all_ranks(fingerprint(model)));
  EXPECT_GT(right, fixture.sessions.size() * 95 / 100);
}

}  // namespace
}  // namespace linktrail::dist
