#include "mpi_jobs/training_run.h"

#include <chrono>
#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/stop_signal.h"
#include "mpi_jobs/round_observer.h"

namespace linktrail::jobs {

namespace {

using Clock = std::chrono::steady_clock;

std::string checkpoint_path(const TrainingRun& run) { return run.folder + "/checkpoint.h5"; }

bool exists_for_all(const std::string& path, const comm::Communicator& comm) {
  return comm::all_ranks_ok(comm::agreed(comm, [&] { return std::filesystem::exists(path); }), comm);
}

// Decides after each round whether to write a checkpoint, writes it, and reads it again if the model must go back.
class Checkpointer {
 public:
  Checkpointer(const TrainingRun& run, dist::NodeModel& model, const Context& context)
      : run_(run), model_(model), context_(context), last_(Clock::now()) {}

  // The round to begin with: from a checkpoint, or else the first of a model that is prepared.
  dist::TrainCursor start(const InitialModel& initial, const PrepareModel& prepare) {
    has_one_ = context_.common.resume == Resume::kAuto && exists_for_all(checkpoint_path(run_), context_.comm);
    return state(initial, prepare);
  }

  dist::AfterRound after_round(const dist::TrainCursor& next) {
    const bool stop = comm::StopSignal::requested_anywhere(context_.comm);
    if (stop || is_due()) write(next);
    return stop ? dist::AfterRound::kStop : dist::AfterRound::kContinue;
  }

  // Brings the model back to the run's last checkpoint, or to its start where there is none.
  dist::TrainCursor restore(const InitialModel& initial, const PrepareModel& prepare) {
    context_.log.info("going back to the last checkpoint, or to the start, and training from there");
    make_anew(model_, initial);
    return state(initial, prepare);
  }

 private:
  // Turns the initial model into that of the checkpoint, or prepares it if there is none that fits.
  dist::TrainCursor state(const InitialModel& initial, const PrepareModel& prepare) {
    if (has_one_) {
      const auto cursor = dist::read_checkpoint(checkpoint_path(run_), run_.key, model_);
      if (cursor) {
        context_.log.info("resumed at epoch {}, round {}", cursor->epoch + 1, cursor->round + 1);
        return *cursor;
      }
      has_one_ = false;
      make_anew(model_, initial);
    }
    if (prepare(model_)) write({});
    return {};
  }

  void write(const dist::TrainCursor& next) {
    dist::write_checkpoint(checkpoint_path(run_), run_.key, next, model_.matrices, context_.comm);
    last_ = Clock::now();
    has_one_ = true;
  }

  // Rank 0's clock decides for all; checkpoints do not change the result.
  bool is_due() const {
    std::uint32_t due =
        std::chrono::duration<double>(Clock::now() - last_).count() >= 60 * run_.checkpoint_minutes ? 1 : 0;
    comm::broadcast(std::span<std::uint32_t>(&due, 1), 0, context_.comm);
    return due != 0;
  }

  const TrainingRun& run_;
  dist::NodeModel& model_;
  const Context& context_;
  Clock::time_point last_;
  bool has_one_ = false;
};

void remove_checkpoint(const std::string& path, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] {
    std::error_code ignored;  // it may not exist; a leftover is harmless, since its key no longer matches a newer run
    std::filesystem::remove(path, ignored);
  });
}

}  // namespace

void make_anew(dist::NodeModel& model, const InitialModel& initial) {
  model.matrices = {};
  model.matrices = initial().matrices;
}

TrainedModel run_training(const TrainingRun& run, const InitialModel& initial, const PrepareModel& prepare,
                          const TrainFunction& train, const Context& context) {
  dist::NodeModel model = initial();
  Checkpointer checkpointer(run, model, context);
  const dist::TrainCursor start = checkpointer.start(initial, prepare);
  RoundObserver observer({.stage = run.stage,
                          .run_id = run.run_id,
                          .metrics = run.folder + "/metrics.jsonl",
                          .resumed = start != dist::TrainCursor{}},
                         context);
  const dist::TrainHooks hooks{
      .on_report = [&](const dist::RoundReport& report) { observer.on_round(report); },
      .on_divergence = [&](const dist::Divergence& found) { observer.on_divergence(found); },
      .restore = [&] { return checkpointer.restore(initial, prepare); },
      .on_round_end = [&](const dist::TrainCursor& next) { return checkpointer.after_round(next); }};
  const dist::TrainOutcome outcome = train(start, model, hooks);
  observer.finish();
  if (!outcome.finished)
    throw comm::AgreedError(
        ExitCode::kStoppedWithCheckpoint,
        fmt::format("stopped on request with a checkpoint in {}; run the same command again to go on",
                    checkpoint_path(run)),
        0);
  remove_checkpoint(checkpoint_path(run), context.comm);
  StageResult result{
      {"tokens", outcome.tokens},
      {"loss", outcome.loss},
      {"seconds", outcome.seconds},
      {"sync_seconds", outcome.sync_seconds},
      {"words_per_second", outcome.seconds > 0 ? static_cast<double>(outcome.tokens) / outcome.seconds : 0.0},
      {"rate_halvings", outcome.next.halvings}};
  return {.model = std::move(model), .result = std::move(result)};
}

}  // namespace linktrail::jobs
