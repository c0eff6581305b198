#include "embedding/skipgram_trainer.h"

#include <algorithm>

#include "embedding/prefetch.h"
#include "embedding/row_list.h"

namespace linktrail {

namespace {

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

// Whether a negative sample, which come first, is one of the centres.
bool has_centre_as_negative(std::span<const std::uint32_t> outputs, std::size_t negatives) {
  bool found = false;
  for (std::size_t k = 0; k < negatives; ++k)
    for (std::size_t i = negatives; i < outputs.size(); ++i) found |= outputs[k] == outputs[i];
  return found;
}

}  // namespace

SkipgramTrainer::SkipgramTrainer(const TrainParams& params)
    : negatives_(negatives_of_list(params)),
      targets_(1, padded_outputs(negatives_ + kSharingCentres)),
      weights_(kCentreSets, padded_outputs(negatives_ + kSharingCentres)),
      scratch_(1, kInputTile * padded_outputs(negatives_ + kSharingCentres)) {
  // The negatives come first, then the centres.
  std::fill_n(targets_.data() + negatives_, kSharingCentres, 1.0F);
  usual_outputs_.assign(negatives_, kNoToken);
  usual_outputs_.resize(negatives_ + kSharingCentres, 0);
  weigh_sets(usual_outputs_);
}

void SkipgramTrainer::train(const SequencePlan& plan, const SequencePlan& next, RoundModel& model, TrainStats& stats) {
  RowFetcher fetcher(model, next, plan.groups().size());
  for (std::size_t g = 0; g < plan.groups().size(); ++g) {
    loss_ = 0;
    examples_ = 0;
    fetcher.step();
    train_group(plan, g, model);
    stats.examples += examples_;
    if (loss_of(g) == nullptr) continue;
    stats.loss_examples += examples_;
    stats.loss_sum += static_cast<double>(loss_);
  }
}

// Where the loss of group `g` goes, or nowhere.
float* SkipgramTrainer::loss_of(std::size_t g) { return g % kLossEvery == 0 ? &loss_ : nullptr; }

// For every set of centres, bit i for the i-th, the weights of a context that is in the windows of just these. It meets
// the negatives of all sharing centres, so a window gives each of them a share of its weight, and none to its centre.
void SkipgramTrainer::weigh_sets(std::span<const std::uint32_t> outputs) {
  constexpr float kShare = 1.0F / kSharingCentres;
  for (std::uint32_t set = 1; set < kCentreSets; ++set) {
    float* weights = weights_.row_data(set);
    std::fill_n(weights, weights_.stride(), 0.0F);
    for (std::uint32_t i = 0; i < kSharingCentres; ++i) {
      if ((set >> i & 1) == 0 || negatives_ + i >= outputs.size()) continue;
      weights[negatives_ + i] = 1;
      for (std::size_t k = 0; k < negatives_; ++k) weights[k] += outputs[k] != outputs[negatives_ + i] ? kShare : 0.0F;
    }
  }
}

// The contexts of the group, in order, and the weights of each. Returns their number.
std::size_t SkipgramTrainer::collect_contexts(const SequencePlan& plan, const CentreGroup& group, RoundModel& model) {
  const std::uint32_t first = group.first;
  const Window left = plan.window(group, first);
  const Window right = group.count > 1 ? plan.window(group, first + 1) : Window{first, first};
  const std::uint32_t begin = std::min(left.begin, right.begin);
  const std::uint32_t end = std::max(left.end, right.end);
  if (contexts_.size() < end - begin) {
    contexts_.resize(end - begin);
    context_weights_.resize(end - begin);
  }
  const std::uint32_t* rows = plan.input_rows().data();
  float* table = model.input.table();
  const std::size_t stride = model.input.stride();
  std::size_t count = 0;
  for (std::uint32_t at = begin; at < end; ++at) {
    const std::uint32_t in_left = at >= left.begin && at < left.end && at != first ? 1 : 0;
    const std::uint32_t in_right = at >= right.begin && at < right.end && at != first + 1 ? 1 : 0;
    contexts_[count] = table + rows[at] * stride;
    context_weights_[count] = weights_.row_data(in_left + 2 * in_right);
    examples_ += in_left + in_right;
    count += in_left + in_right > 0 ? 1 : 0;
  }
  return count;
}

void SkipgramTrainer::train_group(const SequencePlan& plan, std::size_t g, RoundModel& model) {
  const CentreGroup& group = plan.groups()[g];
  const std::span<const std::uint32_t> outputs = plan.outputs(group.lists);
  const bool meets_itself = has_centre_as_negative(outputs, negatives_);
  if (meets_itself) weigh_sets(outputs);
  const std::size_t count = collect_contexts(plan, group, model);
  std::size_t tiles = (count + kInputTile - 1) / kInputTile;
  for (std::size_t begin = 0; begin < count; --tiles) {
    const std::size_t size = (count - begin + tiles - 1) / tiles;  // tiles of about equal size, none nearly empty
    kernels_.logistic_turns({.inputs = contexts_.data() + begin,
                             .input_count = size,
                             .outputs = row_list(model.output, outputs),
                             .next_outputs = begin == 0 ? plan.outputs_of_group(g + 1) : 0,
                             .targets = targets_.data(),
                             .weights = context_weights_.data() + begin,
                             .learning_rate = group.learning_rate,
                             .scratch = scratch_.data(),
                             .loss = loss_of(g)});
    begin += size;
  }
  if (meets_itself) weigh_sets(usual_outputs_);
}

}  // namespace linktrail
