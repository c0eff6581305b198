// CBOW and skip-gram with negative sampling (Mikolov et al. 2013), with the meaning that fastText gives each option.
//
// The liberties that make it fast, and what each does to quality, stand in docs/numerics.md: negative samples come from
// pools; CBOW trains two halves of a block of sequences side by side and changes the contexts of up to four centres
// at once; in skip-gram two neighbouring centres share their negatives, and the contexts are the inputs (the set of
// pairs is symmetric).
#include "embedding/trainer.h"

#include <algorithm>
#include <stdexcept>
#include <variant>
#include <vector>

#include "core/checked_cast.h"
#include "embedding/cbow_trainer.h"
#include "embedding/learning_rate.h"
#include "embedding/negative_sampler.h"
#include "embedding/prefetch.h"
#include "embedding/sequence_plan.h"
#include "embedding/skipgram_trainer.h"
#include "embedding/subsampler.h"

namespace linktrail {
namespace {

void prefetch_places(const RoundModel& model, const SequencePlan& plan) {
  for (const TokenId token : plan.output_tokens()) prefetch_place(model.output, token);
  for (const TokenId token : plan.tokens()) prefetch_place(model.input, token);
}

using BlockTrainer = std::variant<CbowTrainer, SkipgramTrainer>;

BlockTrainer block_trainer_of(const TrainParams& params) {
  if (params.architecture == Architecture::kCbow) return BlockTrainer(std::in_place_type<CbowTrainer>, params);
  return BlockTrainer(std::in_place_type<SkipgramTrainer>, params);
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
        trainer(block_trainer_of(params)) {}

  void train_current(RoundModel& model, TrainStats& stats);

  TrainParams params;
  NegativeSampler sampler;
  Subsampler subsampler;
  SequencePlan current;  // the block in training
  SequencePlan next;     // the block whose rows are fetched meanwhile
  BlockTrainer trainer;
};

void SequenceTrainer::Impl::train_current(RoundModel& model, TrainStats& stats) {
  current.bind(model);
  std::visit([&](auto& block) { block.train(current, next, model, stats); }, trainer);
}

SequenceTrainer::SequenceTrainer(const TrainParams& params, std::vector<std::uint64_t> counts,
                                 std::uint64_t sequences) {
  validate(params);
  const TokenId end = sequences > 0 ? checked_cast<TokenId>(counts.size()) : kNoToken;
  if (sequences > 0) counts.push_back(sequences);
  rows_ = counts.size();
  impl_ = std::make_unique<Impl>(params, counts, end);
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
