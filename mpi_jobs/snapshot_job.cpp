// snapshot CONFIG.toml: the options of all stages, from one file.
#include <algorithm>

#include "index/hnsw_graph.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/compact_output.h"
#include "mpi_jobs/snapshot_run.h"
#include "mpi_jobs/stages.h"
#include "snapshot/publish.h"

namespace linktrail::jobs {

namespace {

class Snapshot : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&snapshot_}; }
  std::vector<OptionSet*> file_sections() override {
    return {&input_, &reader_, &links_, &embed_, &index_, &evaluate_};
  }
  void add_positionals(CLI::App& app) override {
    app.add_option("CONFIG", path_,
                   "TOML file with the sections input, snapshot, reader, links, embed, index, evaluate");
    app.parse_complete_callback([this] { take_config_from_models(); });
  }
  std::string config_path() const override { return path_; }
  OnStopSignal on_stop_signal() const override { return OnStopSignal::kCheckpoint; }

  std::string plan() const override {
    check();
    std::string text = fmt::format("publish under {}\n", config_.snapshot.root);
    for (const std::string& model : config_.snapshot.models)
      text += fmt::format("{}: train, embed, index, evaluate, export\n", model);
    return text;
  }

  void run(const Context& context) override {
    check();
    config_.resolved = nlohmann::ordered_json::object();
    config_.resolved["seed"] = context.common.seed;
    for (const OptionSet* set : {&input_, &snapshot_, &reader_, &links_, &embed_, &index_, &evaluate_})
      config_.resolved[set->section()] = set->to_json();
    SnapshotRun(config_, context).run();
  }

 private:
  static bool is_model(const std::string& word) { return word == "reader" || word == "links"; }

  // In "--models reader links FILE -v" the list has taken the file too: CLI11 holds back the last words of a line only.
  void take_config_from_models() {
    if (!path_.empty()) return;
    auto& words = config_.snapshot.models;
    const auto file = std::find_if_not(words.rbegin(), words.rend(), is_model);
    if (file == words.rend()) throw CLI::RequiredError("CONFIG");
    path_ = *file;
    words.erase(std::next(file).base());
  }

  // Everything that options alone can get wrong, before hours of work.
  void check() const {
    validate(config_.reader);
    LinkTrainOptions links = config_.links;
    links.labels = config_.input.labels;
    validate(links);
    validate(config_.evaluate);
    linktrail::check(config_.index.hnsw);
    check_fits_compact(config_.index.hnsw);
    if (!config_.snapshot.name.empty()) staging_folder({.root = config_.snapshot.root, .name = config_.snapshot.name});
    const double recall = config_.snapshot.min_index_recall;
    if (!(recall >= 0 && recall <= 1))  // so written, NaN is refused too
      throw UsageError(fmt::format("--min-index-recall: expected a share from 0 to 1, found {}", recall));
    if (config_.snapshot.models.empty()) throw UsageError("[snapshot] models: expected reader, links or both");
    for (const std::string& model : config_.snapshot.models) {
      if (!is_model(model))
        throw UsageError(fmt::format("[snapshot] models: expected reader or links, found '{}'", printable(model)));
      if (std::ranges::count(config_.snapshot.models, model) > 1)
        throw UsageError(fmt::format("[snapshot] models: expected each model once, found {} twice", model));
      const auto& needed = model == "reader" ? config_.input.sessions : config_.input.pagelinks;
      if (needed.empty())
        throw UsageError(fmt::format("[input] {} is required for the {} model",
                                     model == "reader" ? "sessions" : "pagelinks", model));
    }
  }

  std::string path_;
  SnapshotConfig config_;
  OptionSet input_{"input", config_.input};
  OptionSet snapshot_{"snapshot", config_.snapshot};
  // Left out is what the snapshot fills in itself: a key without effect must not be accepted.
  OptionSet reader_{"reader", config_.reader, {"input", "output"}};
  OptionSet links_{"links", config_.links, {"input", "output", "labels"}};
  OptionSet embed_{"embed", config_.embed, {"model", "input", "output"}};
  OptionSet index_{"index", config_.index, {"input", "output", "compact", "neighbors", "arrays"}};
  OptionSet evaluate_{"evaluate",
                      config_.evaluate,
                      {"embeddings", "index", "model", "output", "sessions", "pagelinks", "labels", "holdout"}};
};

}  // namespace

std::unique_ptr<Command> make_snapshot() { return std::make_unique<Snapshot>(); }

}  // namespace linktrail::jobs
