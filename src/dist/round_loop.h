// The loop over epochs and rounds, for any trainer of slices of a shard.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "dist/node_model.h"
#include "dist/training.h"
#include "embedding/round_rows.h"
#include "embedding/row_lengths.h"
#include "embedding/trainer.h"

namespace linktrail::dist {

// Trains a slice of this rank's shard; does not communicate.
using TrainSliceFn = std::function<TrainStats(const TrainSlice&, RoundModel&)>;

struct RoundRun {
  const TrainParams& params;
  const SyncParams& sync;
  const TrainHooks& hooks;
  std::span<const std::uint64_t> offsets;  // of the sequences of the shard, or empty
  std::uint64_t first_record = 0;          // global number of the shard's first sequence
  TrainCursor start;
  Shortening shortening = {};
  double tokens_alike = 0;  // see plan_rounds()
};

// Collective. See train_sequences().
TrainOutcome run_rounds(const RoundRun& run, NodeModel& model, const TrainSliceFn& train);

}  // namespace linktrail::dist
