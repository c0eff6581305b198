// CBOW and skip-gram with negative sampling (Mikolov et al. 2013), with the meaning that fastText gives each option.
//
// Two liberties, both neutral in quality (docs/numerics.md) and the source of the speed: scores of one centre are all
// taken before its updates, and in skip-gram the contexts of a centre share its negatives, with the contexts as inputs
// and the centre as output (the set of pairs is symmetric). Contexts are taken in groups of kInputTile.
#include "embedding/trainer.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "core/checked_cast.h"
#include "embedding/kernels.h"
#include "embedding/learning_rate.h"
#include "embedding/negative_sampler.h"
#include "embedding/subsampler.h"

namespace linktrail {
namespace {

void prefetch_row(const Matrix& matrix, std::uint32_t row) {
  const float* data = matrix.row_data(row);
  for (std::size_t j = 0; j < matrix.stride(); j += kRowAlignFloats) __builtin_prefetch(data + j, 1);
}

// What one sequence is trained with: drawn before training it, so that rows can be fetched ahead of their use.
struct SequencePlan {
  std::vector<TokenId> tokens;        // kept by subsampling, in training order
  std::vector<std::uint32_t> radius;  // window radius of each centre
  std::vector<TokenId> negatives;     // a fixed number for each centre
};

}  // namespace

TrainStats& TrainStats::operator+=(const TrainStats& other) {
  tokens += other.tokens;
  examples += other.examples;
  loss_sum += other.loss_sum;
  return *this;
}

struct SequenceTrainer::Impl {
  Impl(const TrainParams& train_params, std::span<const std::uint64_t> counts, TokenId end)
      : params(train_params),
        end_token(end),
        sampler(counts, params.negative_exponent),
        subsampler(counts, params.subsample),
        hidden(2, params.dim),
        targets(1, padded_scores(params.negatives + 1)),
        scratch(kInputTile, padded_scores(params.negatives + 1)) {
    targets.row(0)[0] = 1;
  }

  void plan_sequence(std::span<const TokenId> sequence, RandomStream& random);
  void mark(ModelTouches& touches) const;
  void train_sequence(EmbeddingModel& model, float rate, TrainStats& stats);
  void prefetch_centre(const EmbeddingModel& model, std::size_t centre) const;
  void list_contexts(std::size_t centre);
  void list_outputs(std::size_t centre);
  double train_cbow(EmbeddingModel& model, float rate);
  double train_skipgram(EmbeddingModel& model, float rate);

  TrainParams params;
  TokenId end_token;  // kNoToken if sequences have no end
  NegativeSampler sampler;
  Subsampler subsampler;
  const Kernels& kernels = best_kernels();

  SequencePlan plan;
  std::vector<std::uint32_t> contexts;  // of the current centre
  std::vector<std::uint32_t> outputs;   // the current centre, then its negatives
  Matrix hidden;                        // row 0: mean of the contexts; row 1: its gradient
  Matrix targets;                       // 1 0 0 0 ...
  Matrix scratch;
};

void SequenceTrainer::Impl::plan_sequence(std::span<const TokenId> sequence, RandomStream& random) {
  plan.tokens.assign(sequence.begin(), sequence.end());
  if (params.order == SequenceOrder::kShuffledEachEpoch)
    for (std::size_t i = plan.tokens.size(); i > 1; --i)
      std::swap(plan.tokens[i - 1], plan.tokens[random.below(static_cast<std::uint32_t>(i))]);
  if (end_token != kNoToken && !sequence.empty()) plan.tokens.push_back(end_token);
  std::erase_if(plan.tokens, [&](TokenId token) { return !subsampler.keep(token, random); });

  plan.radius.resize(plan.tokens.size());
  for (std::uint32_t& radius : plan.radius) radius = 1 + random.below(params.window);
  plan.negatives.resize(plan.tokens.size() * params.negatives);
  for (TokenId& negative : plan.negatives) negative = sampler.draw(random);
}

// Every token of a plan is a centre and, since the radius is at least 1, a context of its neighbour.
void SequenceTrainer::Impl::mark(ModelTouches& touches) const {
  for (const TokenId token : plan.tokens) {
    touches.input.mark(token);
    touches.output.mark(token);
  }
  for (const TokenId token : plan.negatives) touches.output.mark(token);
}

// The rows that this centre needs and the one before it did not.
void SequenceTrainer::Impl::prefetch_centre(const EmbeddingModel& model, std::size_t centre) const {
  if (centre >= plan.tokens.size()) return;
  prefetch_row(model.output, plan.tokens[centre]);
  const auto* negative = plan.negatives.data() + centre * params.negatives;
  for (std::uint32_t k = 0; k < params.negatives; ++k) prefetch_row(model.output, negative[k]);
  if (centre + params.window < plan.tokens.size()) prefetch_row(model.input, plan.tokens[centre + params.window]);
}

void SequenceTrainer::Impl::list_contexts(std::size_t centre) {
  const std::size_t radius = plan.radius[centre];
  const std::size_t begin = centre - std::min(centre, radius);
  const std::size_t end = std::min(centre + radius + 1, plan.tokens.size());
  contexts.clear();
  for (std::size_t i = begin; i < end; ++i)
    if (i != centre) contexts.push_back(plan.tokens[i]);
}

void SequenceTrainer::Impl::list_outputs(std::size_t centre) {
  const TokenId target = plan.tokens[centre];
  outputs.assign(1, target);
  const auto* negative = plan.negatives.data() + centre * params.negatives;
  for (std::uint32_t k = 0; k < params.negatives; ++k)
    if (negative[k] != target) outputs.push_back(negative[k]);
}

double SequenceTrainer::Impl::train_cbow(EmbeddingModel& model, float rate) {
  const RowList rows{model.input.data(), model.input.stride(), contexts.data(), contexts.size()};
  float* mean = hidden.row_data(0);
  float* gradient = hidden.row_data(1);
  kernels.sum_rows(rows, 1.0F / static_cast<float>(contexts.size()), mean);
  std::fill_n(gradient, hidden.stride(), 0.0F);
  const float loss =
      kernels.logistic_step({.inputs = &mean,
                             .gradients = &gradient,
                             .input_count = 1,
                             .outputs = {model.output.data(), model.output.stride(), outputs.data(), outputs.size()},
                             .targets = targets.data(),
                             .learning_rate = rate,
                             .scratch = scratch.data()});
  kernels.add_to_rows(rows, gradient, 1.0F);  // not divided by the number of contexts: fastText's choice
  return static_cast<double>(loss);
}

double SequenceTrainer::Impl::train_skipgram(EmbeddingModel& model, float rate) {
  double loss = 0;
  for (std::size_t begin = 0; begin < contexts.size(); begin += kInputTile) {
    const std::size_t count = std::min(kInputTile, contexts.size() - begin);
    std::array<float*, kInputTile> rows{};
    for (std::size_t c = 0; c < count; ++c) rows[c] = model.input.row_data(contexts[begin + c]);
    loss += static_cast<double>(
        kernels.logistic_step({.inputs = rows.data(),
                               .gradients = rows.data(),
                               .input_count = count,
                               .outputs = {model.output.data(), model.output.stride(), outputs.data(), outputs.size()},
                               .targets = targets.data(),
                               .learning_rate = rate,
                               .scratch = scratch.data()}));
  }
  return loss;
}

void SequenceTrainer::Impl::train_sequence(EmbeddingModel& model, float rate, TrainStats& stats) {
  const std::size_t ahead = std::min<std::size_t>(params.window, plan.tokens.size());
  for (std::size_t i = 0; i < ahead; ++i) prefetch_row(model.input, plan.tokens[i]);
  prefetch_centre(model, 0);
  for (std::size_t centre = 0; centre < plan.tokens.size(); ++centre) {
    prefetch_centre(model, centre + 1);
    list_contexts(centre);
    list_outputs(centre);
    if (params.architecture == Architecture::kCbow) {
      stats.loss_sum += train_cbow(model, rate);
      ++stats.examples;
    } else {
      stats.loss_sum += train_skipgram(model, rate);
      stats.examples += contexts.size();
    }
  }
}

SequenceTrainer::SequenceTrainer(const TrainParams& params, std::span<const std::uint64_t> counts,
                                 std::uint64_t sequences) {
  validate(params);
  std::vector<std::uint64_t> all(counts.begin(), counts.end());
  if (sequences > 0) all.push_back(sequences);
  rows_ = all.size();
  impl_ = std::make_unique<Impl>(params, all, sequences > 0 ? checked_cast<TokenId>(counts.size()) : kNoToken);
}

SequenceTrainer::~SequenceTrainer() = default;

TrainStats SequenceTrainer::train(TokenSequencesView shard, const TrainSlice& slice, EmbeddingModel& model,
                                  ModelTouches& touches) {
  if (model.input.rows() != rows_ || model.output.rows() != rows_)
    throw std::invalid_argument("the model does not have one row for each token of the trainer");
  const TrainParams& params = impl_->params;
  const LearningRate rate(params.learning_rate, slice, shard.offsets);
  const RandomStage stage = params.order == SequenceOrder::kAsWritten ? RandomStage::kReader : RandomStage::kLinks;
  TrainStats stats;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    stats.tokens += shard[i].size();
    RandomStream random({.seed = params.seed, .stage = stage, .epoch = slice.epoch, .record = slice.first_record + i});
    impl_->plan_sequence(shard[i], random);
    if (impl_->plan.tokens.size() < 2) continue;
    impl_->mark(touches);
    impl_->train_sequence(model, rate.at(shard.offsets[i]), stats);
  }
  return stats;
}

}  // namespace linktrail
