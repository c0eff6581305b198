// Runs the stages of a snapshot, each unless it is done and nothing that it depends on has changed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mpi_jobs/stages.h"
#include "snapshot/stage_ledger.h"

namespace linktrail::jobs {

struct Stage {
  std::string model;
  std::string name;
  std::string key;                   // digest of the inputs and of the configuration that the result depends on
  std::vector<std::string> after{};  // stages of the model whose results it reads, none left out
  std::vector<std::string> outputs{};
};

class StageRunner {
 public:
  // The ledger, the results of stages and the outputs' paths in it lie in `folder`.
  StageRunner(std::string folder, const Context& context);

  // Collective. The result of `work`, or that of the run before: if the stage is on record with its key, its outputs
  // are as they were, and so are the records of the stages before it. Every rank throws AgreedError: 75 if asked to
  // stop, else what `work` throws.
  StageResult run(const Stage& stage, const std::function<StageResult()>& work);

  // Of all stages so far.
  const std::vector<std::filesystem::path>& outputs() const { return outputs_; }

 private:
  std::string key_of(const Stage& stage) const;
  bool is_done(const Stage& stage, const std::string& key) const;
  void record(const Stage& stage, const std::string& key, const StageResult& result) const;
  std::string result_file(const std::string& id) const { return folder_ + "/" + id + ".result.json"; }

  std::string folder_;
  const Context& context_;
  StageLedger ledger_;
  std::vector<std::filesystem::path> outputs_;
};

}  // namespace linktrail::jobs
