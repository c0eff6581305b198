// The arithmetic of a plan for skip-gram.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "embedding/kernels.h"
#include "embedding/params.h"
#include "embedding/sequence_plan.h"
#include "embedding/trainer.h"

namespace linktrail {

class SkipgramTrainer {
 public:
  explicit SkipgramTrainer(const TrainParams& params);

  // Trains all groups of `plan`, which is bound to `model`, while the rows that `next` will need are fetched.
  void train(const SequencePlan& plan, const SequencePlan& next, RoundModel& model, TrainStats& stats);

 private:
  // Groups for one whose loss is taken: the logarithms would cost a tenth of the time.
  static constexpr std::size_t kLossEvery = 8;

  static constexpr std::uint32_t kCentreSets = 1U << kSharingCentres;
  static_assert(kSharingCentres == 2, "collect_contexts() counts on it");

  float* loss_of(std::size_t g);
  void train_group(const SequencePlan& plan, std::size_t g, RoundModel& model);
  void weigh_sets(std::span<const std::uint32_t> outputs);
  std::size_t collect_contexts(const SequencePlan& plan, const CentreGroup& group, RoundModel& model);

  std::size_t negatives_;  // of a group
  const Kernels& kernels_ = best_kernels();
  Matrix targets_;  // of the outputs of a group
  Matrix weights_;  // of the outputs, a row for each set of centres
  Matrix scratch_;
  std::vector<std::uint32_t> usual_outputs_;   // no negative is a centre: what weights_ are for between two groups
  std::vector<float*> contexts_;               // input rows
  std::vector<const float*> context_weights_;  // rows of weights_
  float loss_ = 0;                             // of the group in training
  std::uint64_t examples_ = 0;
};

}  // namespace linktrail
