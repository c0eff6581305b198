#include "dist/round_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "dist/round_model.h"
#include "dist/round_plan.h"
#include "embedding/trainer.h"

namespace linktrail::dist {
namespace {

// A model whose rounds must be taken back more often is hopeless.
constexpr std::uint32_t kMostHalvings = 3;

// What every rank tells all others about its part of a round.
struct RankRound {
  TrainStats stats;
  double seconds = 0;
  double sync_seconds = 0;
  std::uint32_t sane = 1;
};

std::uint64_t tokens_of(std::span<const std::uint64_t> offsets) { return offsets.empty() ? 0 : offsets.back(); }

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
  RoundLoop(const RoundRun& run, NodeModel& model)
      : run_(run),
        params_(run.params),
        hooks_(run.hooks),
        model_(model),
        comm_(model.node->all()),
        plan_(plan_rounds(run.sync, comm::all_gather(tokens_of(run.offsets), comm_), shape_of(model), run.params,
                          run.tokens_alike)),
        round_(model, run.sync.rule, plan_),
        bounds_(slice_bounds(run.offsets, checked_cast<std::uint32_t>(std::uint64_t{plan_.rounds} * plan_.hot_syncs))) {
  }

  TrainOutcome run(const TrainSliceFn& train) {
    expect_valid_start(run_.start);
    if (round_.is_alone() && !hooks_.restore)
      at_start_ = {.input = model_.matrices.input.clone(), .output = model_.matrices.output.clone()};
    TrainOutcome outcome;
    outcome.next = run_.start;
    const auto begin = std::chrono::steady_clock::now();
    while (outcome.next.epoch < params_.epochs) {
      run_round(outcome, train);
      if (should_stop(outcome.next)) break;
    }
    outcome.finished = outcome.next.epoch >= params_.epochs;
    outcome.seconds = comm::all_reduce(seconds_since(begin), comm::ReduceOp::kMax, comm_);
    return outcome;
  }

 private:
  // Of the whole run, before part `part` of the round.
  double progress(TrainCursor cursor, std::uint32_t part = 0) const {
    const double rounds = cursor.round + static_cast<double>(part) / plan_.parts_of_round(cursor.epoch);
    return (cursor.epoch + rounds / plan_.rounds_of(cursor.epoch)) / params_.epochs;
  }

  double rate_scale(TrainCursor cursor) const { return std::ldexp(1.0, -static_cast<int>(cursor.halvings)); }

  TrainCursor after(TrainCursor cursor) const {
    if (cursor.round + 1 < plan_.rounds_of(cursor.epoch)) return {cursor.epoch, cursor.round + 1, cursor.halvings};
    return {cursor.epoch + 1, 0, cursor.halvings};
  }

  // Residuals of rounded values are no part of a checkpoint, so none may be left where one can be written.
  ValuePrecision final_precision(TrainCursor next) const {
    return next.round == 0 ? ValuePrecision::kFloat32 : run_.sync.precision;
  }

  void run_round(TrainOutcome& outcome, const TrainSliceFn& train) {
    RankRound own;
    std::vector<RankRound> ranks;
    while (ranks = train_round(outcome.next, train, own), !is_sane(ranks))
      take_back(outcome.next, summarise(ranks).loss, train);
    const TrainCursor now = outcome.next;
    outcome.next = after(now);
    RoundReport report = summarise(ranks);
    add_sync_seconds(own, [&] { round_.finish(final_precision(outcome.next)); });
    shorten_before(outcome.next);
    add_times(report, own);
    if (outcome.next.round == 0) expect_finite_model(now);

    report.epoch = now.epoch;
    report.epochs = params_.epochs;
    report.round = now.round;
    report.rounds = plan_.rounds_of(now.epoch);
    report.step = plan_.rounds_before(now.epoch) + now.round;
    report.progress = progress(outcome.next);
    report.learning_rate = params_.learning_rate * rate_scale(now) * (1 - report.progress);
    outcome.tokens += report.tokens;
    outcome.examples += examples_of(ranks);
    outcome.loss = report.loss;
    outcome.sync_seconds += report.sync_seconds;
    if (hooks_.on_report) hooks_.on_report(report);
  }

  // Between two epochs, so that a checkpoint of that place always has it behind it.
  void shorten_before(TrainCursor next) {
    if (next.round == 0 && next.epoch == run_.shortening.after_epochs) round_.shorten(run_.shortening.longest);
  }

  // Up to the last synchronisation, so that the round can still be taken back.
  std::vector<RankRound> train_round(TrainCursor now, const TrainSliceFn& train, RankRound& own) {
    own = {};
    const std::uint32_t parts = plan_.parts_of_round(now.epoch);
    if (parts > 1) round_.remember_hot_rows();
    for (std::uint32_t part = 0; part < parts; ++part) {
      if (part > 0) add_sync_seconds(own, [&] { round_.synchronise_hot_rows(run_.sync.precision); });
      const std::size_t slice = std::size_t{now.round} * parts + part;
      train_slice({.begin = bounds_[slice],
                   .end = bounds_[slice + 1],
                   .first_record = run_.first_record,
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

  void take_back(TrainCursor& now, double loss, const TrainSliceFn& train) {
    round_.roll_back();
    if (now.halvings == kMostHalvings) throw_diverged(fmt::format("loss {} or rows that explode", loss), now);
    if (round_.is_alone()) train_again_up_to(now, train);
    ++now.halvings;
    halved_at_.push_back(now);
    if (hooks_.on_divergence)
      hooks_.on_divergence({.epoch = now.epoch,
                            .round = now.round,
                            .loss = loss,
                            .learning_rate = params_.learning_rate * rate_scale(now)});
  }

  // From an earlier state, at the rates that its rounds had.
  void train_again_up_to(TrainCursor now, const TrainSliceFn& train) {
    TrainCursor at = hooks_.restore ? hooks_.restore() : restore_start();
    while (is_before(at, now)) {
      at.halvings = halvings_at(at);
      RankRound unused;
      train_round(at, train, unused);
      at = after(at);
      shorten_before(at);
    }
  }

  TrainCursor restore_start() {
    model_.matrices.input = at_start_.input.clone();
    model_.matrices.output = at_start_.output.clone();
    return run_.start;
  }

  static bool is_before(TrainCursor a, TrainCursor b) {
    return std::pair(a.epoch, a.round) < std::pair(b.epoch, b.round);
  }

  std::uint32_t halvings_at(TrainCursor round) const {
    const auto before =
        std::ranges::count_if(halved_at_, [&](TrainCursor halved) { return !is_before(round, halved); });
    return run_.start.halvings + static_cast<std::uint32_t>(before);
  }

  void add_times(RoundReport& report, const RankRound& own) const {
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
                                        run_.sync.rule == CombineRule::kAdasum ? "" : " or use --sync adasum"),
                            0);
  }

  // Equal on all ranks, as the cursor is.
  void expect_valid_start(TrainCursor start) const {
    const std::uint32_t rounds = plan_.rounds_of(start.epoch);
    if (start.round < rounds && (start.epoch < params_.epochs || start.round == 0)) return;
    throw comm::AgreedError(ExitCode::kUsage,
                            fmt::format("cannot resume at epoch {} round {}: expected a round below {} of {} epochs; "
                                        "resume with the same input, number of ranks and options",
                                        start.epoch, start.round, rounds, params_.epochs),
                            0);
  }

  bool should_stop(TrainCursor next) const {
    const bool clean = run_.sync.precision == ValuePrecision::kFloat32 || next.round == 0;
    if (!hooks_.on_round_end || !clean) return false;
    const std::uint32_t stop = hooks_.on_round_end(next) == AfterRound::kStop ? 1 : 0;
    return comm::all_reduce(stop, comm::ReduceOp::kMax, comm_) != 0;
  }

  const RoundRun& run_;
  const TrainParams& params_;
  const TrainHooks& hooks_;
  NodeModel& model_;
  const comm::Communicator& comm_;
  RoundsPlan plan_;
  SharedRound round_;
  std::vector<std::size_t> bounds_;     // of the parts of rounds
  std::vector<TrainCursor> halved_at_;  // where the rate was halved
  EmbeddingModel at_start_;             // of one rank alone that has no other way back
};

}  // namespace

TrainOutcome run_rounds(const RoundRun& run, NodeModel& model, const TrainSliceFn& train) {
  return RoundLoop(run, model).run(train);
}

}  // namespace linktrail::dist
