#include "embedding/sequence_plan.h"

#include "core/checked_cast.h"
#include "embedding/kernels.h"

namespace linktrail {

namespace {

// Positions of a sequence that share a pool: sequences as long as sessions have one, long bags of links several.
constexpr std::size_t kPoolPositions = 64;

}  // namespace

SequencePlan::SequencePlan(const TrainParams& params, TokenId end, const NegativeSampler& sampler,
                           const Subsampler& subsampler)
    : params_(&params), end_(end), sampler_(&sampler), subsampler_(&subsampler) {}

void SequencePlan::begin_block(const RandomKey& key) {
  clear();
  block_ = key;
  block_.record /= block_records(params_->architecture);
}

void SequencePlan::clear() {
  pools_in_use_ = 0;
  tokens_.clear();
  radius_.clear();
  groups_.clear();
  slots_.clear();
  outputs_.clear();
  output_begin_.assign(1, 0);
  output_tokens_.clear();
}

// The stream of each pool is keyed by block and stretch, so that no sequence depends on which others are in hand, and
// by what is trained, since the stage of the key is that of all pools.
std::uint32_t SequencePlan::pool_at(std::size_t position) {
  const std::size_t stretch = position / kPoolPositions;
  for (; pools_in_use_ <= stretch; ++pools_in_use_) {
    if (pools_.size() == pools_in_use_) pools_.emplace_back();
    RandomStream stretches(
        {.seed = block_.seed,
         .stage = RandomStage::kNegatives,
         .epoch = block_.epoch,
         .record = mix64(block_.record ^ static_cast<std::uint64_t>(block_.stage) << 56) + pools_in_use_});
    pools_[pools_in_use_].refill(*sampler_, stretches);
  }
  return static_cast<std::uint32_t>(stretch);
}

void SequencePlan::append_tokens(std::span<const TokenId> sequence, RandomStream& random) {
  const std::size_t begin = tokens_.size();
  tokens_.insert(tokens_.end(), sequence.begin(), sequence.end());
  if (params_->order == SequenceOrder::kShuffledEachEpoch)
    for (std::size_t i = sequence.size(); i > 1; --i)
      std::swap(tokens_[begin + i - 1], tokens_[begin + random.below(static_cast<std::uint32_t>(i))]);
  if (end_ != kNoToken && !sequence.empty()) tokens_.push_back(end_);
  const auto kept = std::remove_if(tokens_.begin() + static_cast<std::ptrdiff_t>(begin), tokens_.end(),
                                   [&](TokenId token) { return !subsampler_->keep(token, random); });
  tokens_.erase(kept, tokens_.end());
}

void SequencePlan::draw_negatives(CentreGroup& group, RandomStream& random) {
  const std::size_t lists = params_->architecture == Architecture::kCbow ? group.count : 1;
  group.lists = static_cast<std::uint32_t>(slots_.size() / words_of_list());
  for (std::size_t words = lists * words_of_list(); words > 0; --words) slots_.push_back(random());
}

// Groups of a sequence differ by at most one centre, so that none is nearly empty.
void SequencePlan::append_groups(std::uint32_t begin, float learning_rate, RandomStream& random) {
  const auto end = static_cast<std::uint32_t>(tokens_.size());
  const std::uint32_t size =
      params_->architecture == Architecture::kCbow ? static_cast<std::uint32_t>(kInputTile) : kSharingCentres;
  const std::uint32_t groups = (end - begin + size - 1) / size;
  const std::uint32_t least = (end - begin) / groups;
  const std::uint32_t larger = (end - begin) % groups;
  std::uint32_t first = begin;
  for (std::uint32_t g = 0; g < groups; ++g) {
    const std::uint32_t count = least + (g < larger ? 1 : 0);
    groups_.push_back({.begin = begin,
                       .end = end,
                       .first = first,
                       .count = count,
                       .pool = pool_at(first - begin),
                       .learning_rate = learning_rate});
    draw_negatives(groups_.back(), random);
    first += count;
  }
}

void SequencePlan::draw(std::span<const TokenId> sequence, const RandomKey& key, float learning_rate) {
  RandomStream random(key);
  const auto begin = checked_cast<std::uint32_t>(tokens_.size());
  append_tokens(sequence, random);
  if (tokens_.size() < begin + std::size_t{2}) {
    tokens_.resize(begin);
    return;
  }
  for (std::size_t i = begin; i < tokens_.size(); ++i) radius_.push_back(1 + random.below(params_->window));
  append_groups(begin, learning_rate, random);
}

void SequencePlan::finish_block() {
  output_tokens_ = tokens_;
  for (std::size_t p = 0; p < pools_in_use_; ++p) {
    const auto samples = pools_[p].samples();
    output_tokens_.insert(output_tokens_.end(), samples.begin(), samples.end());
  }
}

// Without any that is `other_than`, so there may be fewer in a vocabulary of a few articles. Others in their place, as
// fastText draws them, would then be the same row many times in one step, which diverges.
std::uint32_t* SequencePlan::bind_negatives(const CentreGroup& group, std::size_t list, std::uint32_t other_than,
                                            std::uint32_t* next) const {
  const NegativePool& pool = pools_[group.pool];
  const auto* slots = reinterpret_cast<const std::uint8_t*>(slots_.data() + list * words_of_list());
  std::uint32_t* end = next + negatives_of_list(*params_);
  bool meets_other = false;
  for (std::uint32_t* to = next; to != end; ++to, ++slots) {
    *to = pool.row(*slots);
    meets_other |= *to == other_than;
  }
  return meets_other ? std::remove(next, end, other_than) : end;
}

std::uint32_t* SequencePlan::bind_cbow(const CentreGroup& group, std::uint32_t* next) {
  for (std::uint32_t c = 0; c < group.count; ++c) {
    const std::uint32_t centre = centre_rows_[group.first + c];
    *next = centre;
    next = bind_negatives(group, group.lists + std::size_t{c}, centre, next + 1);
    output_begin_.push_back(static_cast<std::size_t>(next - outputs_.data()));
  }
  return next;
}

std::uint32_t* SequencePlan::bind_skipgram(const CentreGroup& group, std::uint32_t* next) {
  next = bind_negatives(group, group.lists, kNoToken, next);
  next = std::copy_n(centre_rows_.data() + group.first, group.count, next);
  output_begin_.push_back(static_cast<std::size_t>(next - outputs_.data()));
  return next;
}

void SequencePlan::bind_outputs() {
  const std::size_t lists = slots_.size() / words_of_list();
  // At most so many. Their places must fit 32 bits, as outputs_begin() gives them.
  outputs_.resize(checked_cast<std::uint32_t>(lists * negatives_of_list(*params_) + tokens_.size()));
  output_begin_.assign(1, 0);
  std::uint32_t* next = outputs_.data();
  for (const CentreGroup& group : groups_)
    next = params_->architecture == Architecture::kCbow ? bind_cbow(group, next) : bind_skipgram(group, next);
  outputs_.resize(static_cast<std::size_t>(next - outputs_.data()));
}

void SequencePlan::bind(RoundModel& model) {
  input_rows_.resize(tokens_.size());
  centre_rows_.resize(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    input_rows_[i] = model.input.touch(tokens_[i]);
    centre_rows_[i] = model.output.touch(tokens_[i]);
  }
  for (std::size_t p = 0; p < pools_in_use_; ++p)
    pools_[p].bind([&](TokenId token) { return model.output.touch(token); });
  bind_outputs();
}

}  // namespace linktrail
