// index: one HNSW graph from the vectors of all ranks.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/embedding_rows.h"
#include "dist/index.h"
#include "dist/neighbors.h"
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

constexpr std::uint32_t kMostNeighbors = 1000;

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

// Collective. Nothing if no file is asked for.
StageResult write_neighbors(const IndexOptions& options, std::uint32_t dim, const Context& context) {
  if (options.neighbors.empty()) return nullptr;
  const nlohmann::ordered_json config{{"k", options.neighbor_count}, {"ef", options.neighbor_ef}};
  const dist::NeighborsReport report = dist::write_neighbors(
      options.output, dim, options.neighbors, {.k = options.neighbor_count, .ef = options.neighbor_ef},
      {.run_id = run_id_of(config.dump()), .created = creation_time()}, context.comm);
  context.log.info("{} nearest articles of {} articles in {:.1f} s", options.neighbor_count, report.articles,
                   report.seconds);
  return {{"k", options.neighbor_count},
          {"ef", options.neighbor_ef},
          {"distances_per_article",
           static_cast<double>(report.distances) / static_cast<double>(std::max<std::uint64_t>(report.articles, 1))},
          {"seconds", report.seconds}};
}

void validate(const IndexOptions& options) {
  check(options.hnsw);
  if (options.neighbor_count == 0 || options.neighbor_count > kMostNeighbors)
    throw UsageError(
        fmt::format("--neighbor-count: expected 1 to {}, found {}", kMostNeighbors, options.neighbor_count));
  if (options.neighbor_ef == 0) throw UsageError("--neighbor-ef: expected 1 or more, found 0");
}

}  // namespace

StageResult build_index(const IndexOptions& options, const Context& context) {
  validate(options);
  require_writable("output", options.output, context.comm);
  if (!options.neighbors.empty()) require_writable("neighbors", options.neighbors, context.comm);
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
  StageResult result{{"nodes", report.nodes},
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
  if (StageResult neighbors = write_neighbors(options, rows.dim(), context); !neighbors.is_null())
    result["neighbors"] = std::move(neighbors);
  return result;
}

namespace {

struct Output {
  const char* flag;
  std::string path;
};

// All that are asked for.
std::vector<Output> outputs_of(const IndexOptions& options) {
  std::vector<Output> outputs{{"--output", options.output}};
  if (!options.compact.empty()) outputs.push_back({"--compact", options.compact});
  if (!options.neighbors.empty()) outputs.push_back({"--neighbors", options.neighbors});
  return outputs;
}

void refuse_clash(const IndexOptions& options) {
  const std::vector<Output> outputs = outputs_of(options);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    refuse_same_file(options.input, outputs[i].path);
    for (std::size_t j = 0; j < i; ++j)
      if (fs::weakly_canonical(outputs[i].path) == fs::weakly_canonical(outputs[j].path))
        throw UsageError(
            fmt::format("{} {}: is the {} too; choose another", outputs[i].flag, outputs[i].path, outputs[j].flag));
  }
}

class Index : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    refuse_clash(options_);
    std::string text = fmt::format("read {}\n", options_.input);
    for (const Output& output : outputs_of(options_)) text += fmt::format("write {}\n", output.path);
    return text;
  }
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    comm::agreed_on_root(context.comm, [&] { refuse_clash(options_); });
    build_index(options_, context);
  }

 private:
  IndexOptions options_;
  OptionSet set_{"index", options_};
};

}  // namespace

std::unique_ptr<Command> make_index() { return std::make_unique<Index>(); }

}  // namespace linktrail::jobs
