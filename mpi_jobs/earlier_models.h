// --init-from and --align-to: the earlier models that a training starts from and is turned onto.
#pragma once

#include <memory>
#include <string>

#include "dist/earlier_model.h"
#include "dist/warm_start.h"
#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

// "reader" or "links": the folder of a snapshot that holds models of this kind.
std::string folder_of(dist::ModelKind kind);

class EarlierModels {
 public:
  // Collective. Opens on rank 0 what the options name, so that a wrong path or another model is refused before hours of
  // work. Throws AgreedError (bad input). Files stay open: what is deleted meanwhile is still read at the end.
  EarlierModels(const TrainOptions& options, const dist::ModelIdentity& wanted, const Context& context);

  // Adds the SHA-256 of each file to the configuration on record: a model depends on what a file holds, not on its
  // path.
  void record(nlohmann::ordered_json& config) const;

  bool has_start() const { return !init_.path.empty(); }

  // Collective. Copies into `model` what the model of --init-from has; there must be one.
  dist::Overlap start(const dist::RowNames& names, dist::NodeModel& model) const;

  // Collective. Turns the trained `model`, whose first input rows are those of `qids`, onto that of --align-to. Empty
  // without one.
  StageResult align(std::span<const Qid> qids, dist::NodeModel& model) const;

 private:
  struct Source {
    std::string path;  // as given; empty: none
    std::string sha256;
    std::unique_ptr<dist::EarlierModel> model;  // on rank 0
  };

  Source open(const std::string& path, const dist::ModelIdentity& wanted) const;

  const Context& context_;
  Source init_;
  Source target_;
};

}  // namespace linktrail::jobs
