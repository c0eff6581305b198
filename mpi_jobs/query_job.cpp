// query: the neighbours of one article, from a published snapshot.
#include <filesystem>

#include "comm/agreement.h"
#include "core/error.h"
#include "corpus/qid_text.h"
#include "corpus/title_table.h"
#include "index/index_search.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "snapshot/manifest.h"
#include "snapshot/publish.h"

namespace linktrail::jobs {

namespace {

namespace fs = std::filesystem;

TitleTable load_titles(const fs::path& snapshot) {
  const fs::path path = snapshot / "titles.tsv";
  if (!fs::exists(path)) return {};
  const std::vector<std::string> names{path.string()};
  return TitleTable::load(expand_inputs(names));
}

void check(const QueryOptions& options) {
  if (options.qid.empty() && options.title.empty()) throw UsageError("--qid or --title is required");
  if (!options.qid.empty() && !options.title.empty())
    throw UsageError("--qid and --title are both given; give the one that names the article");
}

// The compact one where it is: it opens at once.
fs::path index_path(const fs::path& snapshot, const std::string& model) {
  const fs::path compact = snapshot / model / "index.compact";
  return fs::exists(compact) ? compact : snapshot / model / "index.hnsw";
}

Qid wanted_article(const QueryOptions& options, const TitleTable& titles) {
  if (!options.qid.empty()) {
    const Qid qid = parse_qid(options.qid);
    if (qid == kNoQid)
      throw UsageError(fmt::format("--qid: expected Q and a number, found '{}'", printable(options.qid)));
    return qid;
  }
  const Qid qid = titles.find(options.title);
  if (qid == kNoQid)
    throw InputError(fmt::format("no article titled '{}' in the snapshot; ask with --qid", printable(options.title)));
  return qid;
}

std::size_t dim_of(const fs::path& snapshot, const std::string& model) {
  const Manifest manifest = load_manifest(snapshot);
  const auto& metrics = manifest.metrics;
  if (!metrics.contains(model) || !metrics[model].contains("evaluate"))
    throw UsageError(fmt::format("--model: the snapshot {} has no model '{}'", snapshot.string(), model));
  return metrics[model]["evaluate"].at("dim").get<std::size_t>();
}

// A line a neighbour: QID, cosine, title; the article itself comes first.
std::string neighbors_text(IndexSearch& index, Qid qid, const QueryOptions& options, const TitleTable& titles) {
  const std::vector<float> vector = index.vector(qid);
  std::string text = fmt::format("{}\t{:.4f}\t{}\n", format_qid(qid), 1.0, titles.title_of(qid));
  std::size_t printed = 0;
  for (const LabeledNeighbor& neighbor : index.search(vector, options.k + 1UL, options.ef)) {
    if (neighbor.label == qid || printed == options.k) continue;
    ++printed;
    text += fmt::format("{}\t{:.4f}\t{}\n", format_qid(neighbor.label), 1.0F - neighbor.distance,
                        titles.title_of(neighbor.label));
  }
  return text;
}

class Query : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  void add_positionals(CLI::App& app) override {
    app.add_option("SNAPSHOT", options_.snapshot, "a snapshot, or the folder of all snapshots")->required();
  }
  std::string plan() const override {
    check(options_);
    return fmt::format("read {}\n", index_path(resolve_snapshot(options_.snapshot), options_.model).string());
  }
  void run(const Context& context) override {
    check(options_);
    comm::agreed_on_root(context.comm, [&] {
      const fs::path snapshot = resolve_snapshot(options_.snapshot);
      const TitleTable titles = load_titles(snapshot);
      const Qid qid = wanted_article(options_, titles);
      const auto index = open_index(index_path(snapshot, options_.model), dim_of(snapshot, options_.model));
      write_stdout(neighbors_text(*index, qid, options_, titles));
    });
  }

 private:
  QueryOptions options_;
  OptionSet set_{"query", options_};
};

}  // namespace

std::unique_ptr<Command> make_query() { return std::make_unique<Query>(); }

}  // namespace linktrail::jobs
