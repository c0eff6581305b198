#include "mpi_jobs/model_stages.h"

#include "mpi_jobs/export_files.h"
#include "mpi_jobs/model_report.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/snapshot_identity.h"
#include "mpi_jobs/snapshot_lineage.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

namespace {

Stage train_stage(const std::string& model, const std::string& key, const std::string& folder) {
  return {.model = model, .name = "train", .key = key, .outputs = {folder + "/model.h5", folder + "/metrics.jsonl"}};
}

}  // namespace

ModelStages::ModelStages(const SnapshotConfig& config, const std::vector<ManifestInput>& inputs,
                         const SnapshotFolders& folders, const Context& context)
    : config_(config),
      settings_(without_locations(config.resolved)),
      inputs_(inputs),
      folders_(folders),
      context_(context),
      stages_(folders.stages, context) {}

StageResult ModelStages::run(const std::string& model) {
  make_output_folder(public_folder(model), context_.comm);
  make_output_folder(private_folder(model), context_.comm);
  results_ = StageResult::object();
  std::string key;
  if (model == "reader")
    make_reader(key);
  else
    make_links(key);
  finish_model(model, key);
  return results_;
}

void ModelStages::make_reader(std::string& key) {
  TrainOptions train = config_.reader;
  train.input = config_.input.sessions;
  train.output = private_folder("reader");
  train.init_from = path_of_role(inputs_, init_role("reader"));
  train.align_to = path_of_role(inputs_, align_role("reader"));
  key = sha256_of(inputs_key(inputs_, context_, {"sessions", init_role("reader"), align_role("reader")}) +
                  settings_["reader"].dump());
  run_stage(train_stage("reader", key, train.output), [&] { return train_reader(train, context_); });

  EmbedOptions embed{.model = train.output, .output = public_folder("reader")};
  run_stage({"reader", "embed", key, {"train"}, {embed.output + "/embeddings.h5"}},
            [&] { return embed_reader(embed, context_); });
}

LinkTrainOptions ModelStages::link_options() const {
  LinkTrainOptions train = config_.links;
  train.input = config_.input.pagelinks;
  train.labels = config_.input.labels;
  train.output = private_folder("links");
  train.init_from = path_of_role(inputs_, init_role("links"));
  train.align_to = path_of_role(inputs_, align_role("links"));
  return train;
}

void ModelStages::make_links(std::string& key) {
  const LinkTrainOptions train = link_options();
  key = sha256_of(inputs_key(inputs_, context_, {"pagelinks", "labels", init_role("links"), align_role("links")}) +
                  settings_["links"].dump());
  run_stage(train_stage("links", key, train.output), [&] { return train_links(train, context_); });

  EmbedOptions embed = config_.embed;
  embed.model = train.output;
  embed.input = config_.input.pagelinks;
  embed.output = public_folder("links");
  key = sha256_of(key + settings_["embed"].dump());
  run_stage({"links", "embed", key, {"train"}, {embed.output + "/embeddings.h5"}},
            [&] { return embed_links(embed, context_); });
}

void ModelStages::finish_model(const std::string& model, const std::string& key) {
  const std::string folder = public_folder(model);
  // With what is written: a run that an earlier build left has no index.compact.
  const std::string index_key = sha256_of(key + settings_["index"].dump() + "index.hnsw index.compact");
  IndexOptions index = config_.index;
  index.input = folder + "/embeddings.h5";
  index.output = folder + "/index.hnsw";
  index.compact = folder + "/index.compact";
  index.neighbors = folder + "/neighbors.h5";
  run_stage({model, "index", index_key, {"embed"}, {index.output, index.compact, index.neighbors}},
            [&] { return build_index(index, context_); });

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
      sha256_of(index_key + inputs_key(inputs_, context_, {"labels"}) + settings_["evaluate"].dump());
  run_stage({model, "evaluate", evaluation_key, {"train", "embed", "index"}},
            [&] { return evaluate(evaluation, context_); });

  run_stage({model, "export", key, {"train"}, {folder + "/model.bin"}},
            [&] { return export_fasttext(private_folder(model), folder + "/model.bin", context_); });
  // It shows the whole configuration and all that the other stages say.
  const Stage report{.model = model,
                     .name = "report",
                     .key = sha256_of(evaluation_key + settings_.dump()),
                     .after = {"train", "embed", "index", "evaluate", "export"},
                     .outputs = {folder + "/report.html", folder + "/metrics.jsonl"}};
  run_stage(report, [&] {
    return write_model_report({.model = model,
                               .metrics_jsonl = private_folder(model) + "/metrics.jsonl",
                               .folder = folder,
                               .metrics = results_,
                               .config = config_.resolved},
                              context_);
  });
}

void ModelStages::run_stage(const Stage& stage, const std::function<StageResult()>& work) {
  results_[stage.name] = stages_.run(stage, work);
}

}  // namespace linktrail::jobs
