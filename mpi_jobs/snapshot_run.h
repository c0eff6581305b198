// One snapshot: the stages of both models in a row, each skipped if it is done and unchanged, then one publication.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mpi_jobs/stage_runner.h"
#include "mpi_jobs/stages.h"
#include "snapshot/manifest.h"
#include "snapshot/run_lock.h"

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

class SnapshotRun {
 public:
  // Collective: hashes the inputs, and settles the name if none is given.
  SnapshotRun(const SnapshotConfig& config, const Context& context);

  // Collective. Throws AgreedError: bad input, storage, or a gate that failed (nothing is published then).
  void run();

 private:
  SnapshotRun(const SnapshotConfig& config, std::vector<ManifestInput> inputs, const Context& context);

  void run_stage(const Stage& stage, const std::function<StageResult()>& work);
  void make_model(const std::string& model);
  void make_reader(std::string& key);
  void make_links(std::string& key);
  void finish_model(const std::string& model, const std::string& key);
  LinkTrainOptions link_options() const;
  void open_manifest();
  void add_lineage(const std::string& model, const TrainOptions& options);
  std::string inputs_key(const std::vector<std::string>& roles) const;
  void lock_out_others();
  bool already_published() const;
  void print_table() const;
  void finish_published() const;
  void check_small_inputs() const;
  void check_earlier_models() const;
  void check_gates();
  void copy_titles();
  std::vector<std::filesystem::path> published_files() const;
  void publish();

  std::string public_folder(const std::string& model) const { return publish_ + "/" + model; }
  std::string private_folder(const std::string& model) const { return private_ + "/" + model; }

  const SnapshotConfig& config_;
  const Context& context_;
  std::string request_;  // digest of what is asked for
  std::string name_;
  std::string publish_;  // ROOT/.work/NAME: becomes ROOT/NAME
  std::string private_;  // ROOT/.work/NAME.stages: trained models, checkpoints, the ledger
  StageRunner stages_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
  Manifest manifest_;
};

}  // namespace linktrail::jobs
