// index: one HNSW graph from the vectors of all ranks.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/embedding_rows.h"
#include "dist/index.h"
#include "index/hnsw_graph.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/compact_output.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/stop_request.h"
#include "report/progress.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;

namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Collective. Shows the build on rank 0's stderr, as --progress asks.
dist::BuiltIndex build_with_progress(const dist::EmbeddingRows& rows, const HnswParams& hnsw, const Context& context) {
  std::unique_ptr<ProgressMeter> meter;
  comm::agreed_on_root(context.comm, [&] {
    meter = std::make_unique<ProgressMeter>(ProgressParams{.mode = parse_progress_mode(context.common.progress),
                                                           .stage = "index",
                                                           .ranks = context.comm.size(),
                                                           .terminal = detect_terminal(),
                                                           .now_s = steady_seconds,
                                                           .out = &std::cerr});
  });
  const auto observer = [&](const dist::IndexProgress& progress) {
    stop_if_asked();
    if (meter) meter->update({.fraction = progress.fraction, .phase = progress.phase});
  };
  dist::BuiltIndex built =
      dist::build_index(rows.vectors, rows.qids, {.hnsw = hnsw, .merge = {}}, context.comm, observer);
  if (meter) meter->finish();
  return built;
}

}  // namespace

StageResult build_index(const IndexOptions& options, const Context& context) {
  check(options.hnsw);
  require_writable("output", options.output, context.comm);
  if (!options.compact.empty()) require_writable("compact", options.compact, context.comm);
  const dist::EmbeddingRows rows = dist::read_embeddings(options.input, context.comm);
  HnswParams hnsw = options.hnsw;
  hnsw.seed = context.common.seed;
  const dist::BuiltIndex built = build_with_progress(rows, hnsw, context);
  dist::write_index(options.output, built.part, context.comm);
  if (!options.compact.empty()) write_compact(options.output, rows.dim(), options.compact, context.comm);
  const dist::IndexReport& report = built.report;
  const dist::IndexSeconds& seconds = report.seconds;
  context.log.info("index of {} articles ({} distinct vectors), {} of them reconnected", report.nodes, report.distinct,
                   report.connectivity.unreachable_before);
  return {{"nodes", report.nodes},
          {"distinct", report.distinct},
          {"dim", rows.dim()},
          {"m", hnsw.m},
          {"ef_construction", hnsw.ef_construction},
          {"unreachable", report.connectivity.unreachable_after},
          {"repaired", report.connectivity.repaired},
          {"build_distances", report.build_distances},
          {"merge_distances", report.merge_distances},
          {"seconds",
           {{"distribute", seconds.distribute},
            {"build", seconds.build},
            {"search", seconds.search},
            {"prune", seconds.prune},
            {"upper", seconds.upper},
            {"repair", seconds.repair}}}};
}

namespace {

class Index : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    refuse_clash();
    const std::string compact = options_.compact.empty() ? "" : fmt::format("write {}\n", options_.compact);
    return fmt::format("read {}\nwrite {}\n{}", options_.input, options_.output, compact);
  }
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    comm::agreed_on_root(context.comm, [&] { refuse_clash(); });
    build_index(options_, context);
  }

 private:
  void refuse_clash() const {
    refuse_same_file(options_.input, options_.output);
    if (options_.compact.empty()) return;
    refuse_same_file(options_.input, options_.compact);
    if (fs::weakly_canonical(options_.compact) == fs::weakly_canonical(options_.output))
      throw UsageError(fmt::format("--compact {}: is the --output too; choose another", options_.compact));
  }

  IndexOptions options_;
  OptionSet set_{"index", options_};
};

}  // namespace

std::unique_ptr<Command> make_index() { return std::make_unique<Index>(); }

}  // namespace linktrail::jobs
