#include "embedding/group_trainer.h"

#include <algorithm>

namespace linktrail {

namespace {

RowList rows_of(Matrix& matrix, const TokenId* rows, std::size_t count) {
  return {.table = matrix.data(), .stride = matrix.stride(), .dim = matrix.dim(), .rows = rows, .count = count};
}

}  // namespace

GroupTrainer::GroupTrainer(const TrainParams& params)
    : params_(params),
      mean_(1, params.dim),
      gradient_(1, params.dim),
      shape_(params.negatives + kInputTile),
      scratch_(1, padded_scores(params.negatives + kInputTile)) {}

void GroupTrainer::train(const SequencePlan& plan, std::size_t g, EmbeddingModel& model, TrainStats& stats) {
  if (params_.architecture == Architecture::kCbow)
    train_cbow(plan, g, model, stats);
  else
    train_skipgram(plan, g, model, stats);
}

void GroupTrainer::train_cbow(const SequencePlan& plan, std::size_t g, EmbeddingModel& model, TrainStats& stats) {
  const CentreGroup& group = plan.groups()[g];
  const TokenId target = plan.tokens()[group.first];
  outputs_.assign(1, target);
  for (const TokenId negative : plan.negatives(g))
    if (negative != target) outputs_.push_back(negative);

  const Window window = plan.window(group, group.first);
  const std::uint32_t size = window.end - window.begin;
  const std::uint32_t skip = group.first - window.begin;
  const RowList contexts = rows_of(model.input, plan.tokens().data() + window.begin, size);
  kernels_.sum_rows(contexts, skip, 1.0F / static_cast<float>(size - 1), mean_.data());
  stats.loss_sum +=
      static_cast<double>(kernels_.logistic_row({.input = mean_.data(),
                                                 .gradient = gradient_.data(),
                                                 .outputs = rows_of(model.output, outputs_.data(), outputs_.size()),
                                                 .learning_rate = group.learning_rate,
                                                 .scratch = scratch_.data()}));
  kernels_.add_to_rows(contexts, skip, gradient_.data(), 1.0F);  // not divided by their number: fastText's choice
  ++stats.examples;
}

// Weights of the contexts at [begin, begin + count) with every output: a context meets a negative once for each centre
// whose window it is in. Returns the number of pairs of a context and a centre.
std::uint32_t GroupTrainer::weigh_contexts(const SequencePlan& plan, std::size_t g, std::uint32_t begin,
                                           std::uint32_t count) {
  const CentreGroup& group = plan.groups()[g];
  const std::size_t negatives = params_.negatives;
  float* weights = shape_.weights.data();
  std::fill_n(weights, padded_scores(negatives + group.count), 0.0F);
  std::uint32_t pairs = 0;
  for (std::uint32_t i = 0; i < group.count; ++i) {
    const std::uint32_t centre = group.first + i;
    const TokenId target = plan.tokens()[centre];
    const Window window = plan.window(group, centre);
    for (std::uint32_t c = 0; c < count; ++c) {
      const std::uint32_t context = begin + c;
      if (context < window.begin || context >= window.end || context == centre) continue;
      ++pairs;
      weights[(negatives + i) * kInputTile + c] = 1;
      for (std::size_t k = 0; k < negatives; ++k)
        if (outputs_[k] != target) weights[k * kInputTile + c] += 1;
    }
  }
  return pairs;
}

void GroupTrainer::train_skipgram(const SequencePlan& plan, std::size_t g, EmbeddingModel& model, TrainStats& stats) {
  const CentreGroup& group = plan.groups()[g];
  const std::span<const TokenId> negatives = plan.negatives(g);
  outputs_.assign(negatives.begin(), negatives.end());
  outputs_.insert(outputs_.end(), plan.tokens().data() + group.first, plan.tokens().data() + group.first + group.count);
  float* targets = shape_.targets.data();
  std::fill_n(targets, negatives.size() * kInputTile, 0.0F);
  std::fill_n(targets + negatives.size() * kInputTile, group.count * kInputTile, 1.0F);

  Window all{group.first, group.first};
  for (std::uint32_t i = 0; i < group.count; ++i) {
    const Window window = plan.window(group, group.first + i);
    all = {std::min(all.begin, window.begin), std::max(all.end, window.end)};
  }
  const std::uint32_t contexts = all.end - all.begin;
  const std::uint32_t tiles = (contexts + std::uint32_t{kInputTile} - 1) / std::uint32_t{kInputTile};
  for (std::uint32_t t = 0; t < tiles; ++t) {
    const std::uint32_t begin = all.begin + contexts * t / tiles;
    const std::uint32_t count = all.begin + contexts * (t + 1) / tiles - begin;
    const std::uint32_t pairs = weigh_contexts(plan, g, begin, count);
    if (pairs == 0) continue;
    std::array<float*, kInputTile> rows{};
    for (std::uint32_t c = 0; c < count; ++c) rows[c] = model.input.row_data(plan.tokens()[begin + c]);
    stats.loss_sum +=
        static_cast<double>(kernels_.logistic_tile({.inputs = rows.data(),
                                                    .gradients = rows.data(),
                                                    .input_count = count,
                                                    .outputs = rows_of(model.output, outputs_.data(), outputs_.size()),
                                                    .targets = shape_.targets.data(),
                                                    .weights = shape_.weights.data(),
                                                    .learning_rate = group.learning_rate,
                                                    .scratch = scratch_.data()}));
    stats.examples += pairs;
  }
}

}  // namespace linktrail
