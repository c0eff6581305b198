// Training over ranks: each trains on its shard, and what they learnt is brought together after every round.
//
// Rounds are counted in tokens, never in seconds, so the same seed and number of ranks give the same bytes. The
// model between two rounds is the whole state: with the cursor it is a checkpoint, and an uninterrupted run and
// one that was stopped and resumed agree byte for byte. A round that spoils the model is taken back and trained again
// at half the rate; one rank alone trains again what came before it, from the last state that there is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/sequences.h"
#include "dist/node_exchange.h"
#include "dist/node_model.h"
#include "embedding/combine_rule.h"
#include "embedding/params.h"

namespace linktrail::dist {

// Whether the rows of a model have directions already: those of an earlier model have. Random ones meet often at first
// (docs/adr/0002), and with CBOW are shortened once (embedding/row_lengths.h).
enum class RowStart { kRandom, kTrained };

struct SyncParams {
  CombineRule rule = CombineRule::kAdasum;  // docs/adr/0002 has the measurements
  std::uint64_t round_tokens = 0;           // most tokens, about, that a rank trains between two synchronisations;
                                            //   0: as many as memory should be spent on (round_plan.h)
  std::uint32_t min_rounds = 0;             // fewest rounds an epoch; 0: as the model needs them (round_plan.h)
  std::uint32_t hot_syncs = 0;              // synchronisations of the most frequent rows a round, the last with all
                                            //   rows (in early epochs one to three others, too); 0: as needed
  ValuePrecision precision = ValuePrecision::kFloat32;  // of what travels between nodes
  double memory_gib = 0;  // of a node, that training may take; 0: what is free when it begins
  RowStart rows = RowStart::kRandom;
};

// The next round to train. A finished run stands at {epochs, 0}.
struct TrainCursor {
  std::uint32_t epoch = 0;
  std::uint32_t round = 0;
  std::uint32_t halvings = 0;  // of the learning rate, one for each time that the model diverged

  bool operator==(const TrainCursor&) const = default;
};

// One round, the same on every rank. Times are those of the slowest rank.
struct RoundReport {
  std::uint32_t epoch = 0;  // from 0
  std::uint32_t epochs = 0;
  std::uint32_t round = 0;   // from 0
  std::uint32_t rounds = 0;  // of this epoch
  std::uint64_t step = 0;    // rounds of the run before this one
  double progress = 0;       // of the whole run, after this round
  std::uint64_t tokens = 0;  // of all ranks in this round
  double loss = 0;           // mean over the examples of all ranks; 0 if there were none
  double learning_rate = 0;  // at the end of the round
  double seconds = 0;        // training and synchronising
  double sync_seconds = 0;
  double words_per_second = 0;  // of all ranks
  double wait_seconds = 0;      // that the fastest rank waited for the slowest
  int slowest_rank = 0;         // in training
};

enum class AfterRound { kContinue, kStop };

// A round that was taken back; the same on every rank.
struct Divergence {
  std::uint32_t epoch = 0;  // from 0
  std::uint32_t round = 0;
  double loss = 0;
  double learning_rate = 0;  // that it will be trained at now, times what the schedule leaves of it
};

struct TrainHooks {
  // Called on every rank after every round.
  std::function<void(const RoundReport&)> on_report = nullptr;
  // Called on every rank when a round is taken back.
  std::function<void(const Divergence&)> on_divergence = nullptr;
  // One rank alone trains in place and cannot take a round back: this brings the model back to a state that it had in
  // this run (its start, or a checkpoint), and returns the round that comes next. Without it a copy of the model is
  // kept from the start.
  std::function<TrainCursor()> restore = nullptr;
  // Called on every rank after every round with equal models, so it may write a checkpoint collectively. `next`
  // is what to resume from. Training stops on all ranks if any of them returns kStop.
  std::function<AfterRound(const TrainCursor& next)> on_round_end = nullptr;
};

struct TrainOutcome {
  TrainCursor next;
  bool finished = false;
  std::uint64_t tokens = 0;    // of all ranks, since the start or resumption
  std::uint64_t examples = 0;  // of all ranks
  double loss = 0;             // of the last round
  double seconds = 0;
  double sync_seconds = 0;
};

// A rank's share of the sequences. Shards may be empty.
struct SequenceShard {
  TokenSequencesView sequences;
  std::uint64_t first_record = 0;     // global number of its first sequence
  std::vector<std::uint64_t> counts;  // of each article in the whole corpus: the same on all ranks
};

// A rank's share of the labelled bags.
struct LabelledShard {
  TokenSequencesView bags;
  SequencesView<LabelId> labels;
  std::uint64_t first_record = 0;
  TokenId end = kNoToken;  // the row of the model that joins every bag, see SupervisedTrainer
};

// Throws UsageError with flag name, value and range for anything out of range.
void validate(const SyncParams& sync);

// Collective. Refuses to train a model of this shape, with its numbers (AgreedError, exit 2), if a node has not enough
// memory. To be called before the model is made. `tokens`: of this rank's shard.
void expect_training_memory(const ModelShape& shape, const TrainParams& params, const SyncParams& sync,
                            std::uint64_t tokens, const comm::Communicator& comm);

// Collective over the ranks of the model's node and the others. Trains `model` from `start`; the counts are gone when
// it begins, since they are as long as the model. With a model that has a row beyond the articles sequences have an
// end. CBOW brings long rows of a model that began with random ones to a shorter length once, between two epochs
// (docs/numerics.md, "Shorter rows"). If a round leaves values that are not finite, or exploding ones, the model goes
// back to the start of the round and the rate is halved; the fourth time every rank throws AgreedError (exit 2), and of
// one rank alone the model is lost then.
TrainOutcome train_sequences(const TrainParams& params, const SyncParams& sync, SequenceShard shard, TrainCursor start,
                             NodeModel& model, const TrainHooks& hooks);

// Collective. The same for the supervised one-vs-all model.
TrainOutcome train_supervised(const TrainParams& params, const SyncParams& sync, const LabelledShard& shard,
                              TrainCursor start, NodeModel& model, const TrainHooks& hooks);

}  // namespace linktrail::dist
