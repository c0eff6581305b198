// The arithmetic of one group of centres, for CBOW and for skip-gram.
#pragma once

#include "embedding/kernels.h"
#include "embedding/model.h"
#include "embedding/params.h"
#include "embedding/sequence_plan.h"
#include "embedding/trainer.h"

namespace linktrail {

class GroupTrainer {
 public:
  explicit GroupTrainer(const TrainParams& params);

  // Trains group `g` of the plan; `model` has a row for each of its tokens.
  void train(const SequencePlan& plan, std::size_t g, EmbeddingModel& model, TrainStats& stats);

 private:
  // Groups for one whose loss is taken: the logarithms would cost a tenth of the time.
  static constexpr std::size_t kLossEvery = 8;

  float* loss_of(std::size_t g);
  void train_cbow(const SequencePlan& plan, std::size_t g, EmbeddingModel& model);
  void train_skipgram(const SequencePlan& plan, std::size_t g, EmbeddingModel& model);
  std::uint32_t weigh_contexts(const SequencePlan& plan, std::size_t g, std::uint32_t begin, std::uint32_t count);

  TrainParams params_;
  const Kernels& kernels_ = best_kernels();
  Matrix mean_;      // CBOW: of the contexts
  Matrix gradient_;  // of the mean
  Matrix targets_;   // skip-gram: of every pair of a tile
  Matrix weights_;
  Matrix scratch_;
  float loss_ = 0;  // of the group in training
  std::uint64_t examples_ = 0;
};

}  // namespace linktrail
