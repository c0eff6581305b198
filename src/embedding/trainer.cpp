// CBOW and skip-gram with negative sampling (Mikolov et al. 2013), with the meaning that fastText gives each option.
//
// The liberties that make it fast, and what each does to quality, stand in docs/numerics.md: negative samples come from
// pools; CBOW takes the scores of up to four neighbouring centres before it changes a row; in skip-gram two
// neighbouring centres share their negatives, and the contexts are the inputs (the set of pairs is symmetric).
#include "embedding/trainer.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "core/checked_cast.h"
#include "embedding/group_trainer.h"
#include "embedding/learning_rate.h"
#include "embedding/negative_sampler.h"
#include "embedding/sequence_plan.h"
#include "embedding/subsampler.h"

namespace linktrail {
namespace {

// GCC 12 takes a function that does nothing but prefetch for one without effect, and leaves out its calls.
inline void have_effect() { asm volatile(""); }

// Into the second-level cache, where the rows of a whole block fit.
void prefetch_row(const RoundRows& rows, TokenId row) {
  constexpr int kForReading = 0, kSecondLevel = 2;
  const float* data = rows.peek(row);
  for (std::size_t j = 0; j < rows.stride(); j += kRowAlignFloats)
    __builtin_prefetch(data + j, kForReading, kSecondLevel);
  have_effect();
}

// Fetches the rows of a plan little by little, while another is trained.
class RowFetcher {
 public:
  // step() will be called `steps` times.
  RowFetcher(const RoundModel& model, const SequencePlan& plan, std::size_t steps)
      : model_(model), outputs_(plan.output_tokens()), inputs_(plan.tokens()) {
    const std::size_t parts = std::max<std::size_t>(steps, 1);
    outputs_a_step_ = (outputs_.size() + parts - 1) / parts;
    inputs_a_step_ = (inputs_.size() + parts - 1) / parts;
  }

  void step() {
    fetch(model_.output, outputs_, outputs_a_step_);
    fetch(model_.input, inputs_, inputs_a_step_);
  }

 private:
  static void fetch(const RoundRows& rows, std::span<const TokenId>& tokens, std::size_t count) {
    const std::size_t now = std::min(count, tokens.size());
    for (const TokenId token : tokens.first(now)) prefetch_row(rows, token);
    tokens = tokens.subspan(now);
  }

  const RoundModel& model_;
  std::span<const TokenId> outputs_, inputs_;  // not fetched yet
  std::size_t outputs_a_step_, inputs_a_step_;
};

// Where the rows are must be known before they can be fetched.
void prefetch_places(const RoundModel& model, const SequencePlan& plan) {
  for (const TokenId token : plan.output_tokens()) __builtin_prefetch(model.output.memory().place_of + token, 1);
  for (const TokenId token : plan.tokens()) __builtin_prefetch(model.input.memory().place_of + token, 1);
  have_effect();
}

}  // namespace

TrainStats& TrainStats::operator+=(const TrainStats& other) {
  tokens += other.tokens;
  examples += other.examples;
  loss_examples += other.loss_examples;
  loss_sum += other.loss_sum;
  return *this;
}

struct SequenceTrainer::Impl {
  Impl(const TrainParams& train_params, std::span<const std::uint64_t> counts, TokenId end)
      : params(train_params),
        sampler(counts, params.negative_exponent),
        subsampler(counts, params.subsample),
        current(params, end, sampler, subsampler),
        next(params, end, sampler, subsampler),
        group_trainer(params) {}

  void train_current(RoundModel& model, TrainStats& stats);

  TrainParams params;
  NegativeSampler sampler;
  Subsampler subsampler;
  SequencePlan current;  // the block in training
  SequencePlan next;     // the block whose rows are fetched meanwhile
  GroupTrainer group_trainer;
};

void SequenceTrainer::Impl::train_current(RoundModel& model, TrainStats& stats) {
  current.bind(model);
  RowFetcher fetcher(model, next, current.groups().size());
  for (std::size_t g = 0; g < current.groups().size(); ++g) {
    fetcher.step();
    group_trainer.train(current, g, model, stats);
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

TrainStats SequenceTrainer::train(TokenSequencesView shard, const TrainSlice& slice, RoundModel& model) {
  if (model.input.rows() != rows_ || model.output.rows() != rows_)
    throw std::invalid_argument("the model does not have one row for each token of the trainer");
  const TrainParams& params = impl_->params;
  const LearningRate rate(params.learning_rate, slice, shard.offsets);
  const RandomStage stage = params.order == SequenceOrder::kAsWritten ? RandomStage::kReader : RandomStage::kLinks;
  const std::uint64_t block_size = SequencePlan::block_records(params.architecture);
  SequencePlan& current = impl_->current;
  SequencePlan& next = impl_->next;
  TrainStats stats;
  const auto key_of = [&](std::size_t i) {
    return RandomKey{.seed = params.seed, .stage = stage, .epoch = slice.epoch, .record = slice.first_record + i};
  };
  current.clear();
  for (std::size_t i = slice.begin; i < slice.end;) {
    next.begin_block(key_of(i));
    const std::uint64_t block = key_of(i).record / block_size;
    for (; i < slice.end && key_of(i).record / block_size == block; ++i) {
      stats.tokens += shard[i].size();
      next.draw(shard[i], key_of(i), rate.at(shard.offsets[i]));
    }
    next.finish_block();
    prefetch_places(model, next);
    impl_->train_current(model, stats);
    std::swap(current, next);
  }
  next.clear();
  impl_->train_current(model, stats);
  return stats;
}

}  // namespace linktrail
