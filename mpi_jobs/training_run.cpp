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

// Decides after each round whether to write a checkpoint, and writes it.
class Checkpointer {
 public:
  Checkpointer(const TrainingRun& run, const EmbeddingModel& model, const Context& context)
      : run_(run), model_(model), context_(context), last_(Clock::now()) {}

  std::string path() const { return run_.folder + "/checkpoint.h5"; }

  dist::AfterRound after_round(const dist::TrainCursor& next) {
    const bool stop = comm::StopSignal::requested_anywhere(context_.comm);
    if (stop || is_due()) {
      dist::write_checkpoint(path(), run_.key, next, model_, context_.comm);
      last_ = Clock::now();
    }
    return stop ? dist::AfterRound::kStop : dist::AfterRound::kContinue;
  }

 private:
  // Rank 0's clock decides for all; checkpoints do not change the result.
  bool is_due() const {
    std::uint32_t due =
        std::chrono::duration<double>(Clock::now() - last_).count() >= 60 * run_.checkpoint_minutes ? 1 : 0;
    comm::broadcast(std::span<std::uint32_t>(&due, 1), 0, context_.comm);
    return due != 0;
  }

  const TrainingRun& run_;
  const EmbeddingModel& model_;
  const Context& context_;
  Clock::time_point last_;
};

void remove_checkpoint(const std::string& path, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] {
    std::error_code ignored;  // it may not exist; a leftover is harmless, since its key no longer matches a newer run
    std::filesystem::remove(path, ignored);
  });
}

}  // namespace

StageResult run_training(const TrainingRun& run, EmbeddingModel& model, const TrainFunction& train,
                         const Context& context) {
  Checkpointer checkpointer(run, model, context);
  dist::TrainCursor start;
  if (context.common.resume == Resume::kAuto) {
    if (auto checkpoint = dist::read_checkpoint(checkpointer.path(), run.key, context.comm)) {
      start = checkpoint->next;
      model = std::move(checkpoint->model);
      context.log.info("resumed at epoch {}, round {}", start.epoch + 1, start.round + 1);
    }
  }

  RoundObserver observer({.stage = run.stage,
                          .run_id = run.run_id,
                          .metrics = run.folder + "/metrics.jsonl",
                          .resumed = start != dist::TrainCursor{}},
                         context);
  const dist::TrainHooks hooks{
      .on_report = [&](const dist::RoundReport& report) { observer.on_round(report); },
      .on_round_end = [&](const dist::TrainCursor& next) { return checkpointer.after_round(next); }};
  const dist::TrainOutcome outcome = train(start, model, hooks);
  observer.finish();
  if (!outcome.finished)
    throw comm::AgreedError(
        ExitCode::kStoppedWithCheckpoint,
        fmt::format("stopped on request with a checkpoint in {}; run the same command again to go on",
                    checkpointer.path()),
        0);
  remove_checkpoint(checkpointer.path(), context.comm);
  return {{"tokens", outcome.tokens},
          {"loss", outcome.loss},
          {"seconds", outcome.seconds},
          {"sync_seconds", outcome.sync_seconds},
          {"words_per_second", outcome.seconds > 0 ? static_cast<double>(outcome.tokens) / outcome.seconds : 0.0}};
}

}  // namespace linktrail::jobs
