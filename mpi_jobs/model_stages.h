// The stages that make one model of a snapshot, from its inputs to its report.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mpi_jobs/stage_runner.h"
#include "mpi_jobs/stages.h"
#include "snapshot/manifest.h"

namespace linktrail::jobs {

struct SnapshotConfig {
  SnapshotOptions snapshot;
  SnapshotInputs input;
  TrainOptions reader;
  LinkTrainOptions links;
  EmbedOptions embed;
  IndexOptions index;
  EvaluateOptions evaluate;
  nlohmann::ordered_json resolved;  // all sections, as recorded
};

struct SnapshotFolders {
  std::string publish;  // ROOT/.work/NAME: becomes ROOT/NAME
  std::string stages;   // ROOT/.work/NAME.stages: trained models, checkpoints, the ledger
};

class ModelStages {
 public:
  // All but the folders must outlive this; `inputs` may be completed until the first run().
  ModelStages(const SnapshotConfig& config, const std::vector<ManifestInput>& inputs, const SnapshotFolders& folders,
              const Context& context);

  // Collective. Makes the model "reader" or "links", without what is done already. Returns what each stage reports, by
  // its name. Every rank throws AgreedError.
  StageResult run(const std::string& model);

  // The options that the link model is trained with.
  LinkTrainOptions link_options() const;

  // What the models made so far publish.
  const std::vector<std::filesystem::path>& outputs() const { return stages_.outputs(); }

 private:
  void run_stage(const Stage& stage, const std::function<StageResult()>& work);
  void make_reader(std::string& key);
  void make_links(std::string& key);
  void finish_model(const std::string& model, const std::string& key);
  std::string public_folder(const std::string& model) const { return folders_.publish + "/" + model; }
  std::string private_folder(const std::string& model) const { return folders_.stages + "/" + model; }

  const SnapshotConfig& config_;
  nlohmann::ordered_json settings_;  // what of the configuration belongs to keys
  const std::vector<ManifestInput>& inputs_;
  SnapshotFolders folders_;
  const Context& context_;
  StageRunner stages_;
  StageResult results_;  // of the model in hand
};

}  // namespace linktrail::jobs
