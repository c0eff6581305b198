#include "mpi_jobs/snapshot_run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/version.h"
#include "corpus/flat_files.h"
#include "corpus/flat_writers.h"
#include "corpus/input_set.h"
#include "mpi_jobs/build_info.h"
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/input_checks.h"
#include "mpi_jobs/input_fingerprint.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/snapshot_identity.h"
#include "mpi_jobs/snapshot_lineage.h"
#include "mpi_jobs/unfinished_run.h"
#include "snapshot/atomic_file.h"
#include "snapshot/publish.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

SnapshotRun::SnapshotRun(const SnapshotConfig& config, const Context& context)
    : SnapshotRun(config, fingerprint_inputs(config.input, context.comm), context) {}

SnapshotRun::SnapshotRun(const SnapshotConfig& config, std::vector<ManifestInput> inputs, const Context& context)
    : config_(config),
      context_(context),
      request_(request_of(inputs, without_locations(config.resolved))),
      name_(settle_name(config.snapshot, request_, context)),
      publish_(staging_folder({.root = config.snapshot.root, .name = name_})),
      private_(publish_ + ".stages"),
      models_(config, manifest_.inputs, {.publish = publish_, .stages = private_}, context) {
  manifest_.inputs = std::move(inputs);
}

void SnapshotRun::run() {
  lock_out_others();
  open_manifest();
  if (already_published()) return finish_published();
  comm::agreed_on_root(context_.comm, [&] { note_request(private_, request_); });
  check_small_inputs();
  check_earlier_models();
  for (const std::string& model : config_.snapshot.models) manifest_.metrics[model] = models_.run(model);
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

void SnapshotRun::open_manifest() {
  for (const std::string& model : config_.snapshot.models)
    add_lineage(model, model == "reader" ? config_.reader : config_.links);
  manifest_.producer = kProducer;
  manifest_.created = creation_time();
  manifest_.config = config_.resolved;
  manifest_.git = commit();
  manifest_.versions = build_versions();
  manifest_.ranks = context_.comm.size();
  manifest_.run_id = sha256_of(inputs_key(manifest_.inputs, context_,
                                          {"sessions", "pagelinks", "labels", "titles", init_role("reader"),
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

namespace {

// Throws unless the snapshot is the one that this run would make, byte by byte.
void expect_same_snapshot(const fs::path& folder, const std::string& run_id) {
  const Manifest manifest = load_manifest(folder);
  if (manifest.run_id != run_id)
    throw UsageError(
        fmt::format("{} is published from other inputs or another configuration, and a snapshot never changes; "
                    "choose another --name",
                    folder.string()));
  const std::vector<FileProblem> problems = verify(folder, manifest);
  if (!problems.empty())
    throw InputError(
        fmt::format("{}: {} ({} files of the published snapshot are not as its manifest says); restore them, or "
                    "move the folder away to make the snapshot anew",
                    (folder / problems.front().path).string(), problems.front().what, problems.size()));
}

}  // namespace

bool SnapshotRun::already_published() const {
  int published = 0;
  comm::agreed_on_root(context_.comm, [&] {
    const fs::path folder = fs::path(config_.snapshot.root) / name_;
    if (!fs::exists(folder)) return;
    expect_same_snapshot(folder, manifest_.run_id);
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
      const auto wanted = model == "reader" ? identity_of(config_.reader) : identity_of(models_.link_options());
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

// What an earlier run under this name left, e.g. of a model whose gate failed, is no part of this snapshot.
std::vector<fs::path> SnapshotRun::published_files() const {
  std::vector<fs::path> files;
  for (const fs::path& output : models_.outputs()) files.push_back(output.lexically_relative(publish_));
  if (!config_.input.titles.empty()) files.emplace_back("titles.tsv");
  return files;
}

void SnapshotRun::publish() {
  comm::agreed_on_root(context_.comm, [&] {
    remove_others(publish_, published_files());
    manifest_.files = record_folder(publish_);
    save_manifest(publish_, manifest_);
    publish_snapshot({.root = config_.snapshot.root, .name = name_});
    fs::remove_all(private_);
  });
  context_.log.info("published {}/{}", config_.snapshot.root, name_);
}

}  // namespace linktrail::jobs
