#include "dist/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/round_plan.h"
#include "dist/round_model.h"
#include "embedding/trainer.h"

namespace linktrail::dist {
namespace {

using TrainSliceFn = std::function<TrainStats(const TrainSlice&, RoundModel&)>;

// A model whose rounds must be taken back more often is hopeless.
constexpr std::uint32_t kMostHalvings = 3;

// What every rank tells all others about its part of a round.
struct RankRound {
  TrainStats stats;
  double seconds = 0;
  double sync_seconds = 0;
  std::uint32_t sane = 1;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

RoundReport summarise(const std::vector<RankRound>& ranks) {
  RoundReport report;
  TrainStats sum;
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    sum += ranks[r].stats;
    if (ranks[r].seconds <= report.seconds) continue;
    report.seconds = ranks[r].seconds;
    report.slowest_rank = static_cast<int>(r);
  }
  const auto fastest = std::min_element(ranks.begin(), ranks.end(),
                                        [](const RankRound& a, const RankRound& b) { return a.seconds < b.seconds; });
  report.wait_seconds = report.seconds - fastest->seconds;
  report.tokens = sum.tokens;
  report.loss = sum.loss_examples > 0 ? sum.loss_sum / static_cast<double>(sum.loss_examples) : 0.0;
  return report;
}

std::uint64_t examples_of(const std::vector<RankRound>& ranks) {
  std::uint64_t sum = 0;
  for (const RankRound& rank : ranks) sum += rank.stats.examples;
  return sum;
}

// The loop over epochs and rounds, for any trainer of slices.
class RoundLoop {
 public:
  RoundLoop(const TrainParams& params, const SyncParams& sync, std::span<const std::uint64_t> offsets,
            NodeModel& model, const TrainHooks& hooks)
      : params_(params),
        sync_(sync),
        hooks_(hooks),
        model_(model),
        comm_(model.node->all()),
        tokens_(comm::all_gather(offsets.empty() ? std::uint64_t{0} : offsets.back(), comm_)),
        need_(need_of(sync, tokens_, model)),
        round_(model, sync.rule, need_.hot_rows),
        rounds_(rounds_per_epoch(tokens_, sync.round_tokens, need_.rounds)),
        bounds_(slice_bounds(offsets, rounds_ * need_.hot_syncs)) {}

  TrainOutcome run(TrainCursor start, std::uint64_t first_record, const TrainSliceFn& train) {
    expect_valid_start(start);
    TrainOutcome outcome;
    outcome.next = start;
    const auto begin = std::chrono::steady_clock::now();
    while (outcome.next.epoch < params_.epochs) {
      run_round(outcome, first_record, train);
      if (should_stop(outcome.next)) break;
    }
    outcome.finished = outcome.next.epoch >= params_.epochs;
    outcome.seconds = comm::all_reduce(seconds_since(begin), comm::ReduceOp::kMax, comm_);
    return outcome;
  }

 private:
  // What is asked for, or else what the model needs.
  static SyncNeed need_of(const SyncParams& sync, const std::vector<std::uint64_t>& tokens, const NodeModel& model) {
    SyncNeed need =
        sync_need(std::ranges::max(tokens), model.matrices.input.rows(), static_cast<int>(tokens.size()));
    if (sync.min_rounds > 0) need.rounds = sync.min_rounds;
    if (sync.hot_syncs > 0) need.hot_syncs = sync.hot_syncs;
    return need;
  }

  // Of the whole run, before part `part` of the round.
  double progress(TrainCursor cursor, std::uint32_t part = 0) const {
    const double rounds = cursor.round + static_cast<double>(part) / need_.hot_syncs;
    return (cursor.epoch + rounds / rounds_) / params_.epochs;
  }

  double rate_scale(TrainCursor cursor) const { return std::ldexp(1.0, -static_cast<int>(cursor.halvings)); }

  TrainCursor after(TrainCursor cursor) const {
    if (cursor.round + 1 < rounds_) return {cursor.epoch, cursor.round + 1, cursor.halvings};
    return {cursor.epoch + 1, 0, cursor.halvings};
  }

  // Residuals of rounded values are no part of a checkpoint, so none may be left where one can be written.
  ValuePrecision final_precision(TrainCursor next) const {
    return next.round == 0 ? ValuePrecision::kFloat32 : sync_.precision;
  }

  void run_round(TrainOutcome& outcome, std::uint64_t first_record, const TrainSliceFn& train) {
    RankRound own;
    std::vector<RankRound> ranks;
    while (ranks = train_round(outcome.next, first_record, train, own), !is_sane(ranks))
      take_back(outcome.next, summarise(ranks).loss);
    const TrainCursor now = outcome.next;
    outcome.next = after(now);
    RoundReport report = summarise(ranks);
    finish_round(report, own);
    if (outcome.next.round == 0) expect_finite_model(now);

    report.epoch = now.epoch;
    report.epochs = params_.epochs;
    report.round = now.round;
    report.rounds = rounds_;
    report.progress = progress(outcome.next);
    report.learning_rate = params_.learning_rate * rate_scale(now) * (1 - report.progress);
    outcome.tokens += report.tokens;
    outcome.examples += examples_of(ranks);
    outcome.loss = report.loss;
    outcome.sync_seconds += report.sync_seconds;
    if (hooks_.on_report) hooks_.on_report(report);
  }

  // Up to the last synchronisation, so that the round can still be taken back.
  std::vector<RankRound> train_round(TrainCursor now, std::uint64_t first_record, const TrainSliceFn& train,
                                     RankRound& own) {
    own = {};
    if (need_.hot_syncs > 1) round_.remember_hot_rows();
    for (std::uint32_t part = 0; part < need_.hot_syncs; ++part) {
      if (part > 0) add_sync_seconds(own, [&] { round_.synchronise_hot_rows(sync_.precision); });
      const std::size_t slice = std::size_t{now.round} * need_.hot_syncs + part;
      train_slice({.begin = bounds_[slice],
                   .end = bounds_[slice + 1],
                   .first_record = first_record,
                   .epoch = now.epoch,
                   .progress_begin = progress(now, part),
                   .progress_end = progress(now, part + 1),
                   .rate_scale = rate_scale(now)},
                  train, own);
    }
    own.sane = round_.is_sane() ? 1 : 0;
    return comm::all_gather(own, comm_);
  }

  void train_slice(const TrainSlice& slice, const TrainSliceFn& train, RankRound& own) {
    const auto begin = std::chrono::steady_clock::now();
    comm::agreed(comm_, [&] {
      own.stats += train(slice, round_.rows());
      own.seconds += seconds_since(begin);
    });
  }

  template <class Sync>
  static void add_sync_seconds(RankRound& own, const Sync& sync) {
    const auto begin = std::chrono::steady_clock::now();
    sync();
    own.sync_seconds += seconds_since(begin);
  }

  // The same numbers on every rank, so all agree.
  static bool is_sane(const std::vector<RankRound>& ranks) {
    const bool rows = std::ranges::all_of(ranks, [](const RankRound& rank) { return rank.sane != 0; });
    return rows && std::isfinite(summarise(ranks).loss);
  }

  void take_back(TrainCursor& now, double loss) {
    round_.roll_back();
    if (now.halvings == kMostHalvings) throw_diverged(fmt::format("loss {} or rows that explode", loss), now);
    ++now.halvings;
    if (hooks_.on_divergence)
      hooks_.on_divergence({.epoch = now.epoch,
                            .round = now.round,
                            .loss = loss,
                            .learning_rate = params_.learning_rate * rate_scale(now)});
  }

  void finish_round(RoundReport& report, RankRound& own) {
    add_sync_seconds(own, [&] { round_.finish(final_precision(after({report.epoch, report.round}))); });
    report.sync_seconds = comm::all_reduce(own.sync_seconds, comm::ReduceOp::kMax, comm_);
    report.seconds += report.sync_seconds;
    report.words_per_second = report.seconds > 0 ? static_cast<double>(report.tokens) / report.seconds : 0.0;
  }

  // A sample of the rows is looked at in every round, all of them once an epoch, each by one rank of the node.
  void expect_finite_model(TrainCursor at) const {
    const auto finite = [&](const Matrix& matrix) {
      const RowRange share = share_of_rank(matrix.rows(), *model_.node);
      return all_finite({.data = matrix.row_data(share.begin),
                         .rows = share.end - share.begin,
                         .dim = matrix.dim(),
                         .stride = matrix.stride()});
    };
    const bool here = finite(model_.matrices.input) && finite(model_.matrices.output);
    if (!comm::all_ranks_ok(here, comm_)) throw_diverged("a value that is not finite", at);
  }

  [[noreturn]] void throw_diverged(const std::string& found, TrainCursor at) const {
    throw comm::AgreedError(ExitCode::kUsage,
                            fmt::format("training diverged in epoch {} round {}: expected a finite model, found {}; "
                                        "lower --lr (now {}, halved {} times){}",
                                        at.epoch + 1, at.round + 1, found, params_.learning_rate, at.halvings,
                                        sync_.rule == CombineRule::kAdasum ? "" : " or use --sync adasum"),
                            0);
  }

  // Equal on all ranks, as the cursor is.
  void expect_valid_start(TrainCursor start) const {
    if (start.round < rounds_ && (start.epoch < params_.epochs || start.round == 0)) return;
    throw comm::AgreedError(ExitCode::kUsage,
                            fmt::format("cannot resume at epoch {} round {}: expected a round below {} of {} epochs; "
                                        "resume with the same input, number of ranks and options",
                                        start.epoch, start.round, rounds_, params_.epochs),
                            0);
  }

  bool should_stop(TrainCursor next) const {
    const bool clean = sync_.precision == ValuePrecision::kFloat32 || next.round == 0;
    if (!hooks_.on_round_end || !clean) return false;
    const std::uint32_t stop = hooks_.on_round_end(next) == AfterRound::kStop ? 1 : 0;
    return comm::all_reduce(stop, comm::ReduceOp::kMax, comm_) != 0;
  }

  const TrainParams& params_;
  const SyncParams& sync_;
  const TrainHooks& hooks_;
  NodeModel& model_;
  const comm::Communicator& comm_;
  std::vector<std::uint64_t> tokens_;  // of each rank
  SyncNeed need_;
  SharedRound round_;
  std::uint32_t rounds_;
  std::vector<std::size_t> bounds_;  // of the parts of rounds
};

void validate(const SyncParams& sync) {
  if (sync.round_tokens == 0) throw UsageError("--round-tokens: expected 1 or more, found 0");
}

}  // namespace

TrainOutcome train_sequences(const TrainParams& params, const SyncParams& sync, const SequenceShard& shard,
                             TrainCursor start, NodeModel& model, const TrainHooks& hooks) {
  validate(sync);
  const bool with_end = model.matrices.input.rows() > shard.counts.size();
  const auto sequences =
      comm::all_reduce<std::uint64_t>(shard.sequences.size(), comm::ReduceOp::kSum, model.node->all());
  SequenceTrainer trainer(params, shard.counts, with_end ? std::max<std::uint64_t>(sequences, 1) : 0);
  RoundLoop loop(params, sync, shard.sequences.offsets, model, hooks);
  return loop.run(start, shard.first_record, [&](const TrainSlice& slice, RoundModel& round) {
    return trainer.train(shard.sequences, slice, round);
  });
}

TrainOutcome train_supervised(const TrainParams& params, const SyncParams& sync, const LabelledShard& shard,
                              TrainCursor start, NodeModel& model, const TrainHooks& hooks) {
  validate(sync);
  SupervisedTrainer trainer(params, shard.end);
  RoundLoop loop(params, sync, shard.bags.offsets, model, hooks);
  return loop.run(start, shard.first_record, [&](const TrainSlice& slice, RoundModel& round) {
    return trainer.train(shard.bags, shard.labels, slice, round);
  });
}

}  // namespace linktrail::dist
