// The arithmetic of a plan for CBOW.
#pragma once

#include <vector>

#include "embedding/kernels.h"
#include "embedding/params.h"
#include "embedding/sequence_plan.h"
#include "embedding/trainer.h"

namespace linktrail {

class CbowTrainer {
 public:
  explicit CbowTrainer(const TrainParams& params);

  // Trains all groups of `plan`, which is bound to `model`, while the rows that `next` will need are fetched.
  void train(const SequencePlan& plan, const SequencePlan& next, RoundModel& model, TrainStats& stats);

 private:
  CbowRun run_of(const SequencePlan& plan, const CentreGroup& group) const;
  void collect_runs(const SequencePlan& plan, TrainStats& stats);
  void collect_rows(const SequencePlan& next, const RoundModel& model);

  const Kernels& kernels_ = best_kernels();
  Matrix means_, members_, scratch_;
  std::vector<CbowRun> runs_;
  std::vector<const float*> ahead_;  // rows that `next` will need
  float loss_ = 0;                   // of the plan in training
};

}  // namespace linktrail
