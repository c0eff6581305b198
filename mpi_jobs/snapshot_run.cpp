#include "mpi_jobs/snapshot_run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/stop_signal.h"
#include "core/version.h"
#include "corpus/flat_files.h"
#include "corpus/flat_writers.h"
#include "corpus/input_set.h"
#include "mpi_jobs/build_info.h"
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/export_files.h"
#include "mpi_jobs/input_checks.h"
#include "mpi_jobs/input_fingerprint.h"
#include "mpi_jobs/model_report.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/snapshot_identity.h"
#include "mpi_jobs/snapshot_lineage.h"
#include "snapshot/atomic_file.h"
#include "snapshot/publish.h"
#include "snapshot/sha256.h"
#include "snapshot/stage_ledger.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

SnapshotRun::SnapshotRun(const SnapshotConfig& config, const Context& context)
    : config_(config),
      context_(context),
      name_(config.snapshot.name.empty() ? creation_month() : config.snapshot.name),
      publish_(staging_folder({.root = config.snapshot.root, .name = name_})),
      private_(publish_ + ".stages") {}

void SnapshotRun::run() {
  lock_out_others();
  open_manifest();
  if (already_published()) return finish_published();
  check_small_inputs();
  check_earlier_models();
  for (const std::string& model : config_.snapshot.models) make_model(model);
  print_table();
  check_gates();
  copy_titles();
  publish();
}

// A table that nobody can read is no reason to hold back hours of work.
void SnapshotRun::print_table() const {
  try {
    print_result(context_, evaluation_table(manifest_.metrics));
  } catch (const comm::AgreedError& error) {
    context_.log.warning("{}", error.what());
  }
}

// Two runs of one name would write the same files.
void SnapshotRun::lock_out_others() {
  comm::agreed_on_root(context_.comm, [&] {
    create_folders(fs::path(publish_).parent_path());
    lock_ = std::make_unique<RunLock>(publish_ + ".lock", fmt::format("{}/{}", config_.snapshot.root, name_));
    if (!lock_->held())
      context_.log.warning("{}: this file system has no locks; do not start a second run of {}", publish_, name_);
    require_switchable_current(config_.snapshot.root);
    require_free_or_published(config_.snapshot.root, name_);
  });
}

void SnapshotRun::make_model(const std::string& model) {
  make_output_folder(public_folder(model), context_.comm);
  make_output_folder(private_folder(model), context_.comm);
  std::string key;
  if (model == "reader")
    make_reader(key);
  else
    make_links(key);
  finish_model(model, key);
}

void SnapshotRun::make_reader(std::string& key) {
  TrainOptions train = config_.reader;
  train.input = config_.input.sessions;
  train.output = private_folder("reader");
  train.init_from = path_of_role(manifest_.inputs, init_role("reader"));
  train.align_to = path_of_role(manifest_.inputs, align_role("reader"));
  key = sha256_of(inputs_key({"sessions", init_role("reader"), align_role("reader")}) +
                  config_.resolved["reader"].dump());
  run_stage({"reader", "train", key, {train.output + "/model.h5", train.output + "/metrics.jsonl"}},
            [&] { return train_reader(train, context_); });

  EmbedOptions embed{.model = train.output, .output = public_folder("reader")};
  run_stage({"reader", "embed", key, {embed.output + "/embeddings.h5"}}, [&] { return embed_reader(embed, context_); });
}

LinkTrainOptions SnapshotRun::link_options() const {
  LinkTrainOptions train = config_.links;
  train.input = config_.input.pagelinks;
  train.labels = config_.input.labels;
  train.output = private_folder("links");
  train.init_from = path_of_role(manifest_.inputs, init_role("links"));
  train.align_to = path_of_role(manifest_.inputs, align_role("links"));
  return train;
}

void SnapshotRun::make_links(std::string& key) {
  const LinkTrainOptions train = link_options();
  key = sha256_of(inputs_key({"pagelinks", "labels", init_role("links"), align_role("links")}) +
                  config_.resolved["links"].dump());
  run_stage({"links", "train", key, {train.output + "/model.h5", train.output + "/metrics.jsonl"}},
            [&] { return train_links(train, context_); });

  EmbedOptions embed = config_.embed;
  embed.model = train.output;
  embed.input = config_.input.pagelinks;
  embed.output = public_folder("links");
  key = sha256_of(key + config_.resolved["embed"].dump());
  run_stage({"links", "embed", key, {embed.output + "/embeddings.h5"}}, [&] { return embed_links(embed, context_); });
}

void SnapshotRun::finish_model(const std::string& model, const std::string& key) {
  const std::string folder = public_folder(model);
  const std::string index_key = sha256_of(key + config_.resolved["index"].dump());
  IndexOptions index = config_.index;
  index.input = folder + "/embeddings.h5";
  index.output = folder + "/index.hnsw";
  run_stage({model, "index", index_key, {index.output}}, [&] { return build_index(index, context_); });

  EvaluateOptions evaluation = config_.evaluate;
  evaluation.coverage = CoverageOf::kNothing;  // embed has counted
  evaluation.embeddings = index.input;
  evaluation.index = index.output;
  evaluation.labels = config_.input.labels;
  if (model == "reader") {
    evaluation.sessions = config_.input.sessions;
    evaluation.holdout = config_.reader.holdout;
  } else {
    evaluation.pagelinks = config_.input.pagelinks;
    evaluation.model = private_folder(model);
    evaluation.holdout = config_.links.holdout;
  }
  const std::string evaluation_key =
      sha256_of(index_key + inputs_key({"labels"}) + config_.resolved["evaluate"].dump());
  run_stage({model, "evaluate", evaluation_key, {}}, [&] { return evaluate(evaluation, context_); });

  run_stage({model, "export", key, {folder + "/model.bin"}},
            [&] { return export_fasttext(private_folder(model), folder + "/model.bin", context_); });
  run_stage({model, "report", evaluation_key, {folder + "/report.html", folder + "/metrics.jsonl"}}, [&] {
    return write_model_report({.model = model,
                               .metrics_jsonl = private_folder(model) + "/metrics.jsonl",
                               .folder = folder,
                               .metrics = manifest_.metrics[model],
                               .config = config_.resolved},
                              context_);
  });
}

// Training stops by itself at its next round; between stages there is nothing to save, for a finished stage is on
// record.
void SnapshotRun::leave_if_asked() const {
  if (!comm::StopSignal::requested_anywhere(context_.comm)) return;
  throw comm::AgreedError(
      ExitCode::kStoppedWithCheckpoint,
      fmt::format("stopped on request; finished stages are kept in {}; run the same command again to go on", publish_),
      0);
}

StageResult SnapshotRun::run_stage(const Stage& stage, const std::function<StageResult()>& work) {
  leave_if_asked();
  const std::string id = stage.model + "." + stage.name;
  const std::string result_file = private_ + "/" + id + ".result.json";
  const StageLedger ledger(private_);
  int done = 0;
  comm::agreed_on_root(context_.comm, [&] {
    done = context_.common.resume == Resume::kAuto && ledger.is_current(id, stage.key) ? 1 : 0;
    if (done == 0) ledger.forget(id);
  });
  comm::broadcast(std::span<int>(&done, 1), 0, context_.comm);
  StageResult result;
  if (done != 0) {
    context_.log.info("{} {}: done before, skipped", stage.model, stage.name);
    result = comm::agreed(context_.comm, [&] { return StageResult::parse(read_text(result_file)); });
  } else {
    context_.log.info("{} {}", stage.model, stage.name);
    result = work();
    comm::agreed_on_root(context_.comm, [&] {
      write_text_atomically(result_file, result.dump(2) + "\n");
      std::vector<fs::path> outputs{fs::path(result_file).lexically_relative(private_)};
      for (const std::string& output : stage.outputs) outputs.push_back(fs::path(output).lexically_relative(private_));
      ledger.record(id, stage.key, outputs);
    });
  }
  manifest_.metrics[stage.model][stage.name] = result;
  return result;
}

void SnapshotRun::open_manifest() {
  manifest_.inputs = fingerprint_inputs(config_.input, context_.comm);
  for (const std::string& model : config_.snapshot.models)
    add_lineage(model, model == "reader" ? config_.reader : config_.links);
  manifest_.producer = kProducer;
  manifest_.created = creation_time();
  manifest_.config = config_.resolved;
  manifest_.git = commit();
  manifest_.versions = build_versions();
  manifest_.ranks = context_.comm.size();
  manifest_.run_id = sha256_of(inputs_key({"sessions", "pagelinks", "labels", "titles", init_role("reader"),
                                           align_role("reader"), init_role("links"), align_role("links")}) +
                               without_locations(config_.resolved).dump())
                         .substr(0, 16);
}

void SnapshotRun::add_lineage(const std::string& model, const TrainOptions& options) {
  const auto found = find_lineage({.root = config_.snapshot.root,
                                   .name = name_,
                                   .model = model,
                                   .init_from = options.init_from,
                                   .align_to = options.align_to},
                                  context_);
  manifest_.inputs.insert(manifest_.inputs.end(), found.begin(), found.end());
}

std::string SnapshotRun::inputs_key(const std::vector<std::string>& roles) const {
  std::string text = fmt::format("{} seed {}", kProducer, context_.common.seed);
  for (const auto& input : manifest_.inputs)
    if (std::find(roles.begin(), roles.end(), input.role) != roles.end()) text += " " + input.role + ":" + input.sha256;
  return text;
}

bool SnapshotRun::already_published() const {
  int published = 0;
  comm::agreed_on_root(context_.comm, [&] {
    const fs::path folder = fs::path(config_.snapshot.root) / name_;
    if (!fs::exists(folder)) return;
    if (load_manifest(folder).run_id != manifest_.run_id)
      throw UsageError(
          fmt::format("{} is published from other inputs or another configuration, and a snapshot never changes; "
                      "choose another --name",
                      folder.string()));
    published = 1;
  });
  comm::broadcast(std::span<int>(&published, 1), 0, context_.comm);
  return published != 0;
}

// A run that ended between publishing and switching, or between switching and cleaning up, is taken to its end.
void SnapshotRun::finish_published() const {
  std::string outcome = "nothing to do";
  comm::agreed_on_root(context_.comm, [&] {
    if (complete_publication(config_.snapshot.root, name_) == CurrentState::kSwitched)
      outcome = "switched current to it, which was missing";
    fs::remove_all(private_);
  });
  context_.log.info("{}/{} is published and unchanged; {}", config_.snapshot.root, name_, outcome);
}

// A fault that costs little to find must not show after hours of training.
void SnapshotRun::check_small_inputs() const { check_inputs(config_.input, config_.snapshot.models, context_.comm); }

// That of the second model must not be found wrong after the training of the first.
void SnapshotRun::check_earlier_models() const {
  comm::agreed_on_root(context_.comm, [&] {
    for (const std::string& model : {std::string("reader"), std::string("links")}) {
      const auto wanted = model == "reader" ? identity_of(config_.reader) : identity_of(link_options());
      for (const std::string& role : {init_role(model), align_role(model)})
        if (const std::string file = path_of_role(manifest_.inputs, role); !file.empty())
          dist::open_earlier_model(file, wanted);
    }
  });
}

void SnapshotRun::check_gates() {
  std::string failures;
  const auto gate = [&](const std::string& name, double value, double threshold, bool passed) {
    manifest_.gates.push_back({.name = name, .value = value, .threshold = threshold, .passed = passed});
    const std::string found =
        std::isnan(value) ? "was not measured, for want of neighbours," : fmt::format("is {:.4f},", value);
    if (!passed)
      failures += fmt::format("{}{} {} asked for {:.4f}", failures.empty() ? "" : "; ", name, found, threshold);
  };
  for (const auto& [model, metrics] : manifest_.metrics.items()) {
    // Of a model with one article there is none; only who asks for nothing gets it published.
    const double recall = metrics.at("evaluate").at("index").value("recall_at_10", std::nan(""));
    const double asked = config_.snapshot.min_index_recall;
    gate(model + " index recall@10", recall, asked, asked == 0 || recall >= asked);
    const double unreachable = metrics.at("index").at("unreachable").get<double>();
    gate(model + " unreachable nodes", unreachable, 0, unreachable == 0);
  }
  if (!failures.empty())
    comm::agree_on_fault(comm::LocalFault{ExitCode::kGateFailed,
                                          fmt::format("not published: {}; the work is kept in {}", failures, publish_)},
                         context_.comm);
}

void SnapshotRun::copy_titles() {
  if (config_.input.titles.empty()) return;
  comm::agreed_on_root(context_.comm, [&] {
    TitleWriter writer(publish_ + "/titles.tsv");
    for_each_file(expand_inputs(config_.input.titles), [&](LineReader& lines) {
      read_titles(lines,
                  [&](std::string_view wiki, Qid qid, std::string_view title) { writer.write(qid, title, wiki); });
    });
    writer.finish();
  });
}

void SnapshotRun::publish() {
  comm::agreed_on_root(context_.comm, [&] {
    manifest_.files = record_folder(publish_);
    save_manifest(publish_, manifest_);
    publish_snapshot({.root = config_.snapshot.root, .name = name_});
    fs::remove_all(private_);
  });
  context_.log.info("published {}/{}", config_.snapshot.root, name_);
}

}  // namespace linktrail::jobs
