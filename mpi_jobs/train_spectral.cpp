#include "mpi_jobs/train_spectral.h"

#include <chrono>

#include "comm/agreement.h"
#include "comm/stop_signal.h"
#include "dist/spectral.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/round_observer.h"
#include "mpi_jobs/train_model.h"

namespace linktrail::jobs {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Turns slices into rounds of training, an epoch a pass; the loss is the share of the matrix that is not explained.
class SliceObserver {
 public:
  SliceObserver(const ObservedRun& run, std::uint64_t links, const Context& context)
      : observer_(run, context), links_(links), context_(context) {}

  void on_slice(const SpectralProgress& progress) {
    const std::uint32_t done = progress.pass * progress.slices + progress.slice + 1;
    const std::uint64_t links =
        links_ * (progress.slice + 1) / progress.slices - links_ * progress.slice / progress.slices;
    const double seconds = seconds_since(last_);
    last_ = Clock::now();
    observer_.on_round({.epoch = progress.pass,
                        .epochs = progress.passes,
                        .round = progress.slice,
                        .rounds = progress.slices,
                        .step = done - std::uint64_t{1},
                        .progress = static_cast<double>(done) / (progress.passes * progress.slices),
                        .tokens = links,
                        .loss = progress.unexplained,
                        .seconds = seconds,
                        .words_per_second = seconds > 0 ? static_cast<double>(links) / seconds : 0});
    if (!comm::StopSignal::requested_anywhere(context_.comm)) return;
    throw comm::AgreedError(ExitCode::kStoppedWithCheckpoint,
                            "stopped on request; the method spectral keeps no checkpoint: run the same command again",
                            0);
  }

  void finish() { observer_.finish(); }

 private:
  RoundObserver observer_;
  std::uint64_t links_;
  const Context& context_;
  Clock::time_point last_ = Clock::now();
};

void log_memory(const dist::LinkCorpus& corpus, std::uint32_t dim, const Context& context) {
  const std::uint64_t bytes =
      spectral_bytes(corpus.vocabulary.size(), dim, static_cast<std::size_t>(context.comm.size()));
  context.log.info("spectral: {} articles, dim {}: about {:.2f} GB a rank beside its share of {} links",
                   corpus.vocabulary.size(), dim, static_cast<double>(bytes) / 1e9, corpus.total_tokens);
}

}  // namespace

StageResult train_spectral(const LinkTrainOptions& options, const TrainParams& params, dist::LinkCorpus& corpus,
                           const Context& context) {
  const std::string config = recorded_options(options, params.seed).dump();
  const std::vector<float> weights = matrix_weights(corpus.vocabulary.counts());
  log_memory(corpus, params.dim, context);
  const auto start = Clock::now();
  SliceObserver observer(
      {.stage = "train links", .run_id = run_id_of(config), .metrics = options.output + "/metrics.jsonl"},
      corpus.total_tokens, context);
  dist::SpectralModel spectral = dist::train_spectral(
      {.dim = params.dim, .seed = params.seed}, weights, corpus,
      [&](const SpectralProgress& progress) { observer.on_slice(progress); }, context.comm);
  observer.finish();
  StageResult result = {{"seconds", seconds_since(start)},
                        {"unexplained", spectral.unexplained},
                        {"vocabulary", corpus.vocabulary.size()}};
  dist::write_model(options.output + "/model.h5",
                    {.kind = dist::ModelKind::kLinks,
                     .vocabulary = std::move(corpus.vocabulary),
                     .model = {.input = std::move(spectral.vectors), .output = Matrix(0, params.dim)},
                     .labels = {},
                     .documents = corpus.total_records,
                     .config = config},
                    context.comm);
  keep_metrics(options.output + "/metrics.jsonl", context.comm);
  return result;
}

}  // namespace linktrail::jobs
