#include "dist/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/round_plan.h"
#include "dist/row_sync.h"
#include "embedding/trainer.h"

namespace linktrail::dist {
namespace {

using TrainSliceFn = std::function<TrainStats(const TrainSlice&, EmbeddingModel&, ModelTouches&)>;

// What every rank tells all others about its part of a round.
struct RankRound {
  TrainStats stats;
  double seconds = 0;
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
            EmbeddingModel& model, const TrainHooks& hooks, const comm::Communicator& comm)
      : params_(params),
        hooks_(hooks),
        comm_(comm),
        rule_(sync.rule),
        model_(model),
        touches_{TouchedRows(model.input.rows()), TouchedRows(model.output.rows())},
        input_sync_(model.input, sync.rule, comm),
        output_sync_(model.output, sync.rule, comm) {
    const std::uint64_t tokens = offsets.empty() ? 0 : offsets.back();
    rounds_ = rounds_per_epoch(comm::all_gather(tokens, comm), sync.round_tokens, sync.min_rounds);
    bounds_ = slice_bounds(offsets, rounds_);
  }

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
  double progress(TrainCursor cursor) const {
    return (cursor.epoch + static_cast<double>(cursor.round) / rounds_) / params_.epochs;
  }

  TrainCursor after(TrainCursor cursor) const {
    return cursor.round + 1 < rounds_ ? TrainCursor{cursor.epoch, cursor.round + 1} : TrainCursor{cursor.epoch + 1, 0};
  }

  void run_round(TrainOutcome& outcome, std::uint64_t first_record, const TrainSliceFn& train) {
    const TrainCursor now = outcome.next;
    outcome.next = after(now);
    const TrainSlice slice{.begin = bounds_[now.round],
                           .end = bounds_[now.round + std::size_t{1}],
                           .first_record = first_record,
                           .epoch = now.epoch,
                           .progress_begin = progress(now),
                           .progress_end = progress(outcome.next)};
    const auto ranks = train_slice(slice, train);
    RoundReport report = summarise(ranks);
    expect_finite(report.loss, now);
    synchronise(report);
    if (outcome.next.round == 0) expect_finite_model(now);

    report.epoch = now.epoch;
    report.epochs = params_.epochs;
    report.round = now.round;
    report.rounds = rounds_;
    report.progress = slice.progress_end;
    report.learning_rate = params_.learning_rate * (1 - slice.progress_end);
    outcome.tokens += report.tokens;
    outcome.examples += examples_of(ranks);
    outcome.loss = report.loss;
    outcome.sync_seconds += report.sync_seconds;
    if (hooks_.on_report) hooks_.on_report(report);
  }

  std::vector<RankRound> train_slice(const TrainSlice& slice, const TrainSliceFn& train) {
    const auto begin = std::chrono::steady_clock::now();
    RankRound own;
    comm::agreed(comm_, [&] {
      own.stats = train(slice, model_, touches_);
      own.seconds = seconds_since(begin);
    });
    return comm::all_gather(own, comm_);
  }

  void synchronise(RoundReport& report) {
    const auto begin = std::chrono::steady_clock::now();
    input_sync_.synchronise(model_.input, touches_.input);
    output_sync_.synchronise(model_.output, touches_.output);
    report.sync_seconds = comm::all_reduce(seconds_since(begin), comm::ReduceOp::kMax, comm_);
    report.seconds += report.sync_seconds;
    report.words_per_second = report.seconds > 0 ? static_cast<double>(report.tokens) / report.seconds : 0.0;
  }

  // `loss` comes from the same numbers on every rank, so all throw or none.
  void expect_finite(double loss, TrainCursor at) const {
    if (!std::isfinite(loss)) throw_diverged(fmt::format("loss {}", loss), at);
  }

  // The last update of an epoch may overflow without showing in any loss. Replicas are equal: no agreement needed.
  void expect_finite_model(TrainCursor at) const {
    if (!all_finite(model_.input) || !all_finite(model_.output)) throw_diverged("a value that is not finite", at);
  }

  [[noreturn]] void throw_diverged(const std::string& found, TrainCursor at) const {
    throw comm::AgreedError(ExitCode::kUsage,
                            fmt::format("training diverged in epoch {} round {}: expected a finite model, found {}; "
                                        "lower --lr (now {}){}",
                                        at.epoch + 1, at.round + 1, found, params_.learning_rate,
                                        rule_ == CombineRule::kAdasum ? "" : " or use --sync adasum"),
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
    if (!hooks_.on_round_end) return false;
    const std::uint32_t stop = hooks_.on_round_end(next) == AfterRound::kStop ? 1 : 0;
    return comm::all_reduce(stop, comm::ReduceOp::kMax, comm_) != 0;
  }

  const TrainParams& params_;
  const TrainHooks& hooks_;
  const comm::Communicator& comm_;
  CombineRule rule_;
  EmbeddingModel& model_;
  ModelTouches touches_;
  RowSync input_sync_;
  RowSync output_sync_;
  std::uint32_t rounds_ = 1;
  std::vector<std::size_t> bounds_;
};

void validate(const SyncParams& sync) {
  if (sync.min_rounds == 0) throw UsageError("--min-rounds: expected 1 or more, found 0");
  if (sync.round_tokens == 0) throw UsageError("--round-tokens: expected 1 or more, found 0");
}

}  // namespace

TrainOutcome train_sequences(const TrainParams& params, const SyncParams& sync, const SequenceShard& shard,
                             TrainCursor start, EmbeddingModel& model, const TrainHooks& hooks,
                             const comm::Communicator& comm) {
  validate(sync);
  const bool with_end = model.input.rows() > shard.counts.size();
  const auto sequences = comm::all_reduce<std::uint64_t>(shard.sequences.size(), comm::ReduceOp::kSum, comm);
  SequenceTrainer trainer(params, shard.counts, with_end ? std::max<std::uint64_t>(sequences, 1) : 0);
  RoundLoop loop(params, sync, shard.sequences.offsets, model, hooks, comm);
  return loop.run(start, shard.first_record, [&](const TrainSlice& slice, EmbeddingModel& m, ModelTouches& touches) {
    return trainer.train(shard.sequences, slice, m, touches);
  });
}

TrainOutcome train_supervised(const TrainParams& params, const SyncParams& sync, const LabelledShard& shard,
                              TrainCursor start, EmbeddingModel& model, const TrainHooks& hooks,
                              const comm::Communicator& comm) {
  validate(sync);
  SupervisedTrainer trainer(params, shard.end);
  RoundLoop loop(params, sync, shard.bags.offsets, model, hooks, comm);
  return loop.run(start, shard.first_record, [&](const TrainSlice& slice, EmbeddingModel& m, ModelTouches& touches) {
    return trainer.train(shard.bags, shard.labels, slice, m, touches);
  });
}

}  // namespace linktrail::dist
