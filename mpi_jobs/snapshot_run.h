// One snapshot: the stages of both models in a row, each skipped if it is done and unchanged, then one publication.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mpi_jobs/model_stages.h"
#include "snapshot/manifest.h"
#include "snapshot/run_lock.h"

namespace linktrail::jobs {

class SnapshotRun {
 public:
  // Collective: hashes the inputs, and settles the name if none is given.
  SnapshotRun(const SnapshotConfig& config, const Context& context);

  // Collective. Throws AgreedError: bad input, storage, or a gate that failed (nothing is published then).
  void run();

 private:
  SnapshotRun(const SnapshotConfig& config, std::vector<ManifestInput> inputs, const Context& context);

  void open_manifest();
  void add_lineage(const std::string& model, const TrainOptions& options);
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

  const SnapshotConfig& config_;
  const Context& context_;
  std::string request_;  // digest of what is asked for
  std::string name_;
  std::string publish_;  // ROOT/.work/NAME: becomes ROOT/NAME
  std::string private_;  // ROOT/.work/NAME.stages: trained models, checkpoints, the ledger
  Manifest manifest_;
  ModelStages models_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
};

}  // namespace linktrail::jobs
