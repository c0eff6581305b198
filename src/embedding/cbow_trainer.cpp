#include "embedding/cbow_trainer.h"

#include <algorithm>
#include <array>

#include "embedding/row_list.h"

namespace linktrail {

namespace {

// Runs for one whose loss is taken: the logarithms would cost a seventh of the time.
constexpr std::size_t kLossEvery = 16;

}  // namespace

CbowTrainer::CbowTrainer(const TrainParams& params)
    : means_(kCbowLanes * kInputTile, params.dim),
      members_(kCbowLanes, kInputTile * (kInputTile + 2 * std::size_t{params.window})),
      scratch_(kCbowLanes, padded_outputs(params.negatives + std::size_t{1})) {}

CbowRun CbowTrainer::run_of(const SequencePlan& plan, const CentreGroup& group) const {
  CbowRun run{.count = group.count, .learning_rate = group.learning_rate};
  std::array<Window, kInputTile> windows;
  std::uint32_t begin = group.end, end = group.begin;
  for (std::uint32_t c = 0; c < group.count; ++c) {
    windows[c] = plan.window(group, group.first + c);
    begin = std::min(begin, windows[c].begin);
    end = std::max(end, windows[c].end);
  }
  for (std::uint32_t c = 0; c < group.count; ++c) {
    run.begin[c] = static_cast<std::int32_t>(windows[c].begin - begin);
    run.end[c] = static_cast<std::int32_t>(windows[c].end - begin);
    run.self[c] = static_cast<std::int32_t>(group.first + c - begin);
    run.share[c] = 1.0F / static_cast<float>(windows[c].end - windows[c].begin - 1);
  }
  for (std::uint32_t c = 0; c <= group.count; ++c)
    run.first_output[c] = plan.outputs_begin(group.lists + std::size_t{c});
  run.first_context = begin;
  run.contexts = end - begin;
  return run;
}

void CbowTrainer::collect_runs(const SequencePlan& plan, TrainStats& stats) {
  runs_.clear();
  for (const CentreGroup& group : plan.groups()) {
    const bool takes_loss = runs_.size() % kLossEvery == 0;
    runs_.push_back(run_of(plan, group));
    runs_.back().loss = takes_loss ? &loss_ : nullptr;
    stats.examples += group.count;
    stats.loss_examples += takes_loss ? group.count : 0;
  }
}

void CbowTrainer::collect_rows(const SequencePlan& next, const RoundModel& model) {
  ahead_.resize(next.output_tokens().size() + next.tokens().size());
  const float** row = ahead_.data();
  for (const TokenId token : next.output_tokens()) *row++ = model.output.peek(token);
  for (const TokenId token : next.tokens()) *row++ = model.input.peek(token);
}

void CbowTrainer::train(const SequencePlan& plan, const SequencePlan& next, RoundModel& model, TrainStats& stats) {
  if (plan.groups().empty()) return;
  loss_ = 0;
  collect_runs(plan, stats);
  collect_rows(next, model);
  kernels_.cbow_block({.contexts = row_list(model.input, plan.input_rows()),
                       .outputs = row_list(model.output, plan.all_outputs()),
                       .runs = runs_.data(),
                       .run_count = runs_.size(),
                       .ahead = ahead_.data(),
                       .ahead_count = ahead_.size(),
                       .ahead_at_a_time = 2 * ahead_.size() / plan.tokens().size() + 1,
                       .means = means_.data(),
                       .members = members_.data(),
                       .members_pitch = members_.stride(),
                       .scratch = scratch_.data(),
                       .scratch_pitch = scratch_.stride()});
  stats.loss_sum += static_cast<double>(loss_);
}

}  // namespace linktrail
