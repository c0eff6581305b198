// index: one HNSW graph from the vectors of all ranks.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/embedding_rows.h"
#include "dist/index.h"
#include "dist/index_arrays.h"
#include "dist/neighbors.h"
#include "index/hnsw_graph.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/compact_output.h"
#include "mpi_jobs/option_set.h"
#include "mpi_jobs/option_value.h"
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
dist::BuiltIndex build_with_progress(dist::EmbeddingRows rows, const dist::IndexParams& params,
                                     const Context& context) {
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
  dist::BuiltIndex built = dist::build_index(std::move(rows.vectors), rows.qids, params, context.comm, observer);
  if (meter) meter->finish();
  return built;
}

dist::IndexParams params_of(const IndexOptions& options, std::uint64_t seed) {
  dist::IndexParams params{.hnsw = options.hnsw, .sharding = options.shards, .cells = {}, .merge = {}};
  params.hnsw.seed = seed;
  params.cells.engine = options.engine;
  params.cells.refine = options.refine;
  return params;
}

std::string config_of(IndexOptions options) { return OptionSet("index", options).to_json().dump(2); }

void log_report(const dist::IndexReport& report, const Context& context) {
  const ConnectivityReport& links = report.connectivity;
  const auto nodes = static_cast<double>(std::max<std::uint64_t>(1, report.nodes));
  context.log.info("index of {} articles ({} distinct vectors), {} of them reconnected", report.nodes, report.distinct,
                   links.unreachable_before);
  context.log.info("index: {:.1f} links a node, {} nodes without one to them before repair, {} links added",
                   links.mean_degree, links.zero_in_degree, links.repaired);
  context.log.info("index: {} cells, {} leaves, imbalance {:.2f}; {:.0f} distances a node to build, {:.0f} to merge",
                   report.cells, report.leaves, report.imbalance, static_cast<double>(report.build_distances) / nodes,
                   static_cast<double>(report.merge_distances) / nodes);
}

nlohmann::ordered_json seconds_of(const dist::IndexSeconds& seconds) {
  return {{"distribute", seconds.distribute}, {"build", seconds.build}, {"search", seconds.search},
          {"prune", seconds.prune},           {"upper", seconds.upper}, {"repair", seconds.repair}};
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
  if (!options.compact.empty()) check_fits_compact(options.hnsw);
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
  if (!options.arrays.empty()) require_writable("arrays", options.arrays, context.comm);
  dist::EmbeddingRows rows = dist::read_embeddings(options.input, context.comm);
  const std::uint32_t dim = rows.dim();
  const dist::IndexParams params = params_of(options, context.common.seed);
  const dist::BuiltIndex built = build_with_progress(std::move(rows), params, context);
  dist::write_index(options.output, built.part, context.comm);
  if (!options.compact.empty()) write_compact(options.output, dim, options.compact, context.comm);
  if (!options.arrays.empty()) dist::write_index_arrays(options.arrays, built.part, config_of(options), context.comm);
  const dist::IndexReport& report = built.report;
  log_report(report, context);
  StageResult result{{"nodes", report.nodes},
                     {"distinct", report.distinct},
                     {"dim", dim},
                     {"m", params.hnsw.m},
                     {"ef_construction", params.hnsw.ef_construction},
                     {"shards", enum_to_text(options.shards)},
                     {"engine", enum_to_text(options.engine)},
                     {"cells", report.cells},
                     {"leaves", report.leaves},
                     {"imbalance", report.imbalance},
                     {"mean_degree", report.connectivity.mean_degree},
                     {"in_degree_histogram", report.connectivity.in_degree_histogram},
                     {"unreachable_before_repair", report.connectivity.unreachable_before},
                     {"unreachable", report.connectivity.unreachable_after},
                     {"repaired", report.connectivity.repaired},
                     {"build_distances", report.build_distances},
                     {"merge_distances", report.merge_distances},
                     {"seconds", seconds_of(report.seconds)}};
  if (StageResult neighbors = write_neighbors(options, dim, context); !neighbors.is_null())
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
  if (!options.arrays.empty()) outputs.push_back({"--arrays", options.arrays});
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
