#include "mpi_jobs/round_observer.h"

#include <sys/resource.h>

#include <filesystem>
#include <iostream>

#include "comm/agreement.h"
#include "comm/collectives.h"

namespace linktrail::jobs {

namespace {

constexpr const char* kPartial = ".partial";

std::uint64_t resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux reports KiB
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void keep_metrics(const std::string& metrics, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] { std::filesystem::rename(metrics + kPartial, metrics); });
}

RoundObserver::RoundObserver(const ObservedRun& run, const Context& context)
    : run_(run), context_(context), started_(std::chrono::steady_clock::now()) {
  comm::agreed_on_root(context.comm, [&] {
    progress_ = std::make_unique<ProgressMeter>(ProgressParams{.mode = parse_progress_mode(context.common.progress),
                                                               .stage = run.stage,
                                                               .ranks = context.comm.size(),
                                                               .terminal = detect_terminal(),
                                                               .now_s = steady_seconds,
                                                               .out = &std::cerr});
    if (run.metrics.empty()) return;
    metrics_ = std::make_unique<MetricsWriter>(run.metrics + kPartial,
                                               run.resumed ? MetricsStart::kResume : MetricsStart::kFresh);
  });
}

double RoundObserver::wall_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

void RoundObserver::on_round(const dist::RoundReport& report) {
  const std::uint64_t rss_max = comm::all_reduce(resident_bytes(), comm::ReduceOp::kMax, context_.comm);
  words_ += report.tokens;
  sync_seconds_ += report.sync_seconds;
  comm::agreed_on_root(context_.comm, [&] { record(report, rss_max); });  // its disk may be full
}

void RoundObserver::record(const dist::RoundReport& report, std::uint64_t rss_max) {
  const double wall = wall_seconds();
  if (metrics_)
    metrics_->append({.run_id = run_.run_id,
                      .stage = run_.stage,
                      .epoch = report.epoch,
                      .step = report.step,
                      .wall_s = wall,
                      .words = words_,
                      .words_per_s = report.words_per_second,
                      .loss = report.loss,
                      .lr = report.learning_rate,
                      .sync_s = report.sync_seconds,
                      .wait_max_s = report.wait_seconds,
                      .rss_max = rss_max});
  progress_->update({.fraction = report.progress,
                     .epoch = report.epoch + 1,
                     .epochs = report.epochs,
                     .items = words_,
                     .loss = report.loss,
                     .learning_rate = report.learning_rate,
                     .slowest_lag_s = report.wait_seconds,
                     .sync_share = wall > 0 ? sync_seconds_ / wall : 0});
}

void RoundObserver::on_divergence(const dist::Divergence& found) {
  context_.log.warning(
      "{}: training diverged in epoch {} round {} (loss {}): took the round back, and halved the rate to {}",
      run_.stage, found.epoch + 1, found.round + 1, found.loss, found.learning_rate);
}

void RoundObserver::finish() {
  if (progress_) progress_->finish();
}

}  // namespace linktrail::jobs
