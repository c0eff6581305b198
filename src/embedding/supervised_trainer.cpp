// One logistic unit a label over the mean of a bag's rows (fastText supervised with -loss ova). The gradient that
// returns to the rows is divided by the size of the bag, the end of the row belongs to the bag, and nothing is
// subsampled: all as in fastText.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "embedding/kernels.h"
#include "embedding/learning_rate.h"
#include "embedding/trainer.h"

namespace linktrail {
namespace {

// Buffers of one train() call.
class LabelStep {
 public:
  explicit LabelStep(EmbeddingModel& model)
      : model_(model),
        all_labels_(model.output.rows()),
        hidden_(2, model.input.dim()),
        targets_(1, padded_scores(all_labels_.size())),
        scratch_(kInputTile, padded_scores(all_labels_.size())) {
    std::iota(all_labels_.begin(), all_labels_.end(), 0U);
  }

  double train(std::span<const TokenId> bag, std::span<const LabelId> labels, float rate) {
    const RowList rows{model_.input.data(), model_.input.stride(), bag.data(), bag.size()};
    const float share = 1.0F / static_cast<float>(bag.size());
    float* mean = hidden_.row_data(0);
    float* gradient = hidden_.row_data(1);
    kernels_.sum_rows(rows, share, mean);
    std::fill_n(gradient, hidden_.stride(), 0.0F);
    for (const LabelId label : labels) targets_.row(0)[label] = 1;
    const float loss = kernels_.logistic_step(
        {.inputs = &mean,
         .gradients = &gradient,
         .input_count = 1,
         .outputs = {model_.output.data(), model_.output.stride(), all_labels_.data(), all_labels_.size()},
         .targets = targets_.data(),
         .learning_rate = rate,
         .scratch = scratch_.data()});
    for (const LabelId label : labels) targets_.row(0)[label] = 0;
    kernels_.add_to_rows(rows, gradient, share);
    return static_cast<double>(loss);
  }

 private:
  EmbeddingModel& model_;
  const Kernels& kernels_ = best_kernels();
  std::vector<std::uint32_t> all_labels_;
  Matrix hidden_;  // row 0: mean of the bag; row 1: its gradient
  Matrix targets_;
  Matrix scratch_;
};

}  // namespace

SupervisedTrainer::SupervisedTrainer(const TrainParams& params, TokenId end) : params_(params), end_(end) {
  validate(params);
}

TrainStats SupervisedTrainer::train(TokenSequencesView bags, SequencesView<LabelId> labels, const TrainSlice& slice,
                                    EmbeddingModel& model, ModelTouches& touches) {
  const LearningRate rate(params_.learning_rate, slice, bags.offsets);
  LabelStep step(model);
  TrainStats stats;
  std::vector<TokenId> bag;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    bag.assign(bags[i].begin(), bags[i].end());
    stats.tokens += bag.size();
    if (bag.empty() || labels[i].empty() || model.output.empty()) continue;
    if (end_ != kNoToken) bag.push_back(end_);
    for (const TokenId token : bag) touches.input.mark(token);
    stats.loss_sum += step.train(bag, labels[i], rate.at(bags.offsets[i]));
    ++stats.examples;
  }
  if (stats.examples > 0)
    for (std::size_t label = 0; label < model.output.rows(); ++label) touches.output.mark(label);
  return stats;
}

bool predict_labels(std::span<const TokenId> bag, const EmbeddingModel& model, std::span<float> scores, TokenId end) {
  std::fill(scores.begin(), scores.end(), 0.0F);
  if (bag.empty()) return false;
  const std::size_t dim = model.input.dim();
  std::vector<double> mean(dim, 0.0);
  const auto add = [&](TokenId token) {
    for (std::size_t j = 0; j < dim; ++j) mean[j] += static_cast<double>(model.input.row_data(token)[j]);
  };
  for (const TokenId token : bag) add(token);
  if (end != kNoToken) add(end);
  const std::size_t size = bag.size() + (end != kNoToken ? 1 : 0);
  for (std::size_t label = 0; label < scores.size(); ++label) {
    double dot = 0;
    for (std::size_t j = 0; j < dim; ++j) dot += mean[j] * static_cast<double>(model.output.row_data(label)[j]);
    scores[label] = static_cast<float>(1 / (1 + std::exp(-dot / static_cast<double>(size))));
  }
  return true;
}

}  // namespace linktrail
