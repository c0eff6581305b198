// Turns round reports into a progress display on rank 0 and a line of metrics.jsonl.
#pragma once

#include <chrono>
#include <memory>

#include "dist/training.h"
#include "mpi_jobs/context.h"
#include "report/metrics.h"
#include "report/progress.h"

namespace linktrail::jobs {

struct ObservedRun {
  std::string stage;  // "train reader"
  std::string run_id;
  std::string metrics = {};  // path of metrics.jsonl; rounds go to it + ".partial" until keep_metrics(). Empty: nowhere
  bool resumed = false;
};

// Collective. Gives the rounds of a finished run their name. To be called when the model has its own: until then the
// older file belongs to the older model.
void keep_metrics(const std::string& metrics, const comm::Communicator& comm);

class RoundObserver {
 public:
  // Collective: rank 0 opens the metrics file.
  RoundObserver(const ObservedRun& run, const Context& context);

  // Collective. The report is the same on every rank.
  void on_round(const dist::RoundReport& report);

  // The same on every rank.
  void on_divergence(const dist::Divergence& found);

  void finish();

 private:
  double wall_seconds() const;
  void record(const dist::RoundReport& report, std::uint64_t rss_max);  // rank 0 only

  ObservedRun run_;
  const Context& context_;
  std::chrono::steady_clock::time_point started_;
  std::uint64_t words_ = 0;
  double sync_seconds_ = 0;
  std::unique_ptr<ProgressMeter> progress_;  // rank 0 only
  std::unique_ptr<MetricsWriter> metrics_;   // rank 0 only
};

}  // namespace linktrail::jobs
