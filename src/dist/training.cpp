#include "dist/training.h"

#include <algorithm>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "dist/round_loop.h"
#include "dist/round_plan.h"
#include "dist/training_memory.h"
#include "embedding/trainer.h"

namespace linktrail::dist {
namespace {

std::uint64_t available_bytes(const SyncParams& sync) {
  return sync.memory_gib > 0 ? static_cast<std::uint64_t>(sync.memory_gib * kGiB) : free_memory_bytes();
}

}  // namespace

void validate(const SyncParams& sync) {
  constexpr std::uint32_t kMostHotSyncs = 1000;
  constexpr double kMostGiB = 1e6;
  if (sync.hot_syncs > kMostHotSyncs)
    throw UsageError(fmt::format("--hot-syncs: expected 0 to {}, found {}", kMostHotSyncs, sync.hot_syncs));
  if (!(sync.memory_gib >= 0 && sync.memory_gib <= kMostGiB))  // so written, NaN is refused too
    throw UsageError(fmt::format("--memory: expected 0 to {} GiB, found {}", kMostGiB, sync.memory_gib));
}

void expect_training_memory(const ModelShape& shape, const TrainParams& params, const SyncParams& sync,
                            std::uint64_t tokens, const comm::Communicator& comm) {
  const std::vector<std::uint64_t> all = comm::all_gather(tokens, comm);
  const int ranks = comm.split_by_node().size(), sharing = comm::Node(comm).ranks().size();
  comm::agreed(comm, [&] {
    validate(sync);
    const RoundsPlan plan = plan_rounds(sync, all, shape, params);
    const std::uint64_t round_tokens = all.size() == 1 ? 0 : std::ranges::max(all) / plan.rounds + 1;
    const TrainingMemory need = training_memory(shape, {.ranks = ranks, .sharing = sharing}, round_tokens);
    require_memory(need, shape, ranks, available_bytes(sync));
  });
}

TrainOutcome train_sequences(const TrainParams& params, const SyncParams& sync, SequenceShard shard, TrainCursor start,
                             NodeModel& model, const TrainHooks& hooks) {
  validate(sync);
  const bool with_end = model.matrices.input.rows() > shard.counts.size();
  const auto sequences =
      comm::all_reduce<std::uint64_t>(shard.sequences.size(), comm::ReduceOp::kSum, model.node->all());
  const double alike = tokens_alike(shard.counts);
  SequenceTrainer trainer(params, std::move(shard.counts), with_end ? std::max<std::uint64_t>(sequences, 1) : 0);
  const RoundRun run{
      .params = params,
      .sync = sync,
      .hooks = hooks,
      .offsets = shard.sequences.offsets,
      .first_record = shard.first_record,
      .start = start,
      .shortening = sync.rows == RowStart::kRandom ? shortening_of(params.architecture, params.epochs) : Shortening{},
      .tokens_alike = alike};
  return run_rounds(run, model, [&](const TrainSlice& slice, RoundModel& round) {
    return trainer.train(shard.sequences, slice, round);
  });
}

TrainOutcome train_supervised(const TrainParams& params, const SyncParams& sync, const LabelledShard& shard,
                              TrainCursor start, NodeModel& model, const TrainHooks& hooks) {
  validate(sync);
  SupervisedTrainer trainer(params, shard.end);
  const RoundRun run{.params = params,
                     .sync = sync,
                     .hooks = hooks,
                     .offsets = shard.bags.offsets,
                     .first_record = shard.first_record,
                     .start = start};
  return run_rounds(run, model, [&](const TrainSlice& slice, RoundModel& round) {
    return trainer.train(shard.bags, shard.labels, slice, round);
  });
}

}  // namespace linktrail::dist
