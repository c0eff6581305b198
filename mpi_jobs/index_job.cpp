// index: one HNSW graph from the vectors of all ranks.
#include "dist/embedding_rows.h"
#include "dist/index.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

StageResult build_index(const IndexOptions& options, const Context& context) {
  const dist::EmbeddingRows rows = dist::read_embeddings(options.input, context.comm);
  HnswParams hnsw = options.hnsw;
  hnsw.seed = context.common.seed;
  const dist::IndexBuild build = dist::build_index(rows.vectors, rows.qids, {.hnsw = hnsw}, context.comm);
  dist::write_index(options.output, build.graph, context.comm);
  const dist::IndexReport& report = build.report;
  context.log.info("index of {} articles in {:.1f} s: {} were unreachable, {} links repaired", report.nodes,
                               report.seconds, report.unreachable_before, report.repaired);
  return {{"nodes", report.nodes},
          {"dim", rows.dim()},
          {"m", hnsw.m},
          {"ef_construction", hnsw.ef_construction},
          {"unreachable", report.unreachable_after},
          {"build_distances", report.build_distances},
          {"merge_distances", report.merge_distances}};
}

namespace {

class Index : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override { return fmt::format("read {}\nwrite {}\n", options_.input, options_.output); }
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    build_index(options_, context);
  }

 private:
  IndexOptions options_;
  OptionSet set_{"index", options_};
};

}  // namespace

std::unique_ptr<Command> make_index() { return std::make_unique<Index>(); }

}  // namespace linktrail::jobs
