#include "embedding/group_trainer.h"

#include <algorithm>
#include <array>

#include "embedding/row_list.h"

namespace linktrail {

GroupTrainer::GroupTrainer(const TrainParams& params)
    : params_(params),
      mean_(1, params.dim),
      gradient_(1, params.dim),
      targets_(1, padded_scores(params.negatives + kInputTile)),
      weights_(1, padded_scores(params.negatives + kInputTile)),
      scratch_(1, padded_scores(params.negatives + kInputTile)) {
  // Skip-gram: the negatives come first, then the centres.
  std::fill_n(targets_.data() + params.negatives * kInputTile, kInputTile * kInputTile, 1.0F);
}

void GroupTrainer::train(const SequencePlan& plan, std::size_t g, EmbeddingModel& model, TrainStats& stats) {
  loss_ = 0;
  examples_ = 0;
  if (params_.architecture == Architecture::kCbow)
    train_cbow(plan, g, model);
  else
    train_skipgram(plan, g, model);
  stats.examples += examples_;
  if (loss_of(g) == nullptr) return;
  stats.loss_examples += examples_;
  stats.loss_sum += static_cast<double>(loss_);
}

// Where the loss of group `g` goes, or nowhere.
float* GroupTrainer::loss_of(std::size_t g) { return g % kLossEvery == 0 ? &loss_ : nullptr; }

void GroupTrainer::train_cbow(const SequencePlan& plan, std::size_t g, EmbeddingModel& model) {
  const CentreGroup& group = plan.groups()[g];
  const Window window = plan.window(group, group.first);
  const std::uint32_t size = window.end - window.begin;
  const std::uint32_t skip = group.first - window.begin;
  const RowList contexts = row_list(model.input, plan.tokens().subspan(window.begin, size));
  kernels_.sum_rows(contexts, skip, 1.0F / static_cast<float>(size - 1), mean_.data());
  kernels_.logistic_row({.input = mean_.data(),
                         .gradient = gradient_.data(),
                         .outputs = row_list(model.output, plan.outputs(g)),
                         .learning_rate = group.learning_rate,
                         .scratch = scratch_.data(),
                         .loss = loss_of(g)});
  kernels_.add_to_rows(contexts, skip, gradient_.data(), 1.0F);  // not divided by their number: fastText's choice
  ++examples_;
}

// Weights of the contexts at [begin, begin + count) with every output: a context meets a negative once for each centre
// whose window it is in, unless the negative is that centre. Returns the number of pairs of a context and a centre.
std::uint32_t GroupTrainer::weigh_contexts(const SequencePlan& plan, std::size_t g, std::uint32_t begin,
                                           std::uint32_t count) {
  const CentreGroup& group = plan.groups()[g];
  const std::span<const TokenId> outputs = plan.outputs(g);
  const std::size_t negatives = params_.negatives;
  float* weights = weights_.data();
  std::array<float, kInputTile> windows{};  // that each context is in
  for (std::uint32_t i = 0; i < group.count; ++i) {
    const Window window = plan.window(group, group.first + i);
    for (std::uint32_t c = 0; c < kInputTile; ++c) {
      const std::uint32_t context = begin + c;
      const bool meets = c < count && context >= window.begin && context < window.end && context != group.first + i;
      weights[(negatives + i) * kInputTile + c] = meets ? 1.0F : 0.0F;
      windows[c] += meets ? 1.0F : 0.0F;
    }
  }
  for (std::size_t k = 0; k < negatives; ++k) std::copy(windows.begin(), windows.end(), weights + k * kInputTile);
  for (std::size_t k = 0; k < negatives; ++k)
    for (std::uint32_t i = 0; i < group.count; ++i)
      if (outputs[k] == outputs[negatives + i])
        for (std::uint32_t c = 0; c < kInputTile; ++c)
          weights[k * kInputTile + c] -= weights[(negatives + i) * kInputTile + c];
  return static_cast<std::uint32_t>(windows[0] + windows[1] + windows[2] + windows[3]);
}

void GroupTrainer::train_skipgram(const SequencePlan& plan, std::size_t g, EmbeddingModel& model) {
  const CentreGroup& group = plan.groups()[g];
  Window all{group.first, group.first};
  for (std::uint32_t i = 0; i < group.count; ++i) {
    const Window window = plan.window(group, group.first + i);
    all = {std::min(all.begin, window.begin), std::max(all.end, window.end)};
  }
  // Places of centres that a smaller group does not have stand for no pair.
  std::fill_n(weights_.data() + (params_.negatives + group.count) * kInputTile, (kInputTile - group.count) * kInputTile,
              0.0F);
  const std::uint32_t contexts = all.end - all.begin;
  const std::uint32_t tiles = (contexts + std::uint32_t{kInputTile} - 1) / std::uint32_t{kInputTile};
  for (std::uint32_t t = 0; t < tiles; ++t) {
    const std::uint32_t begin = all.begin + contexts * t / tiles;
    const std::uint32_t count = all.begin + contexts * (t + 1) / tiles - begin;
    const std::uint32_t pairs = weigh_contexts(plan, g, begin, count);
    if (pairs == 0) continue;
    std::array<float*, kInputTile> rows{};
    for (std::uint32_t c = 0; c < count; ++c) rows[c] = model.input.row_data(plan.tokens()[begin + c]);
    kernels_.logistic_tile({.inputs = rows.data(),
                            .gradients = rows.data(),
                            .input_count = count,
                            .outputs = row_list(model.output, plan.outputs(g)),
                            .targets = targets_.data(),
                            .weights = weights_.data(),
                            .learning_rate = group.learning_rate,
                            .scratch = scratch_.data(),
                            .loss = loss_of(g)});
    examples_ += pairs;
  }
}

}  // namespace linktrail
