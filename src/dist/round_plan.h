// How an epoch is cut into rounds: every rank has the same number, so that all meet at every synchronisation, and
// each rank cuts its own shard into that many slices of about equal tokens. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dist/training.h"

namespace linktrail::dist {

// Rounds an epoch, at least `least` and 1: enough that no rank trains more than about `round_tokens` between two
// synchronisations. `least` counts up to the tokens of the largest shard: more rounds would train nothing and only
// synchronise. `tokens` holds the size of each rank's shard; round_tokens is not 0.
std::uint32_t rounds_per_epoch(std::span<const std::uint64_t> tokens, std::uint64_t round_tokens,
                               std::uint32_t least = 1);

// To be raised when epochs are cut in another way or something else comes between rounds: a checkpoint counts rounds,
// and cannot be resumed with others.
inline constexpr int kRoundsVersion = 9;

// What each of several ranks trains.
enum class RankCopies {
  kTouchedRows,  // an overlay of the node's model
  kReplica,      // a model of its own
};

// How often all rows meet, how often the most frequent ones beside, and what is trained in between.
struct RoundsPlan {
  std::uint32_t rounds = 1;     // an epoch, once the early ones are over
  std::uint32_t hot_syncs = 1;  // a round then; the last is that of all rows
  std::size_t hot_rows = 0;
  RankCopies copies = RankCopies::kTouchedRows;
  std::uint32_t early_epochs = 0;       // the first ones, in which all rows meet oftener,
  std::uint32_t asked_early_times = 4;  // so many times for once in others, if that divides hot_syncs
  float input_correction = 1;           // of Adasum (embedding/combine_rule.h), for the rows of either matrix
  float output_correction = 1;

  // How often all rows meet in early epochs for once in others: as asked, or else the most up to 4 that divides
  // hot_syncs.
  std::uint32_t early_times() const;
  bool is_early(std::uint32_t epoch) const { return epoch < early_epochs; }
  std::uint32_t rounds_of(std::uint32_t epoch) const { return is_early(epoch) ? rounds * early_times() : rounds; }
  std::uint64_t rounds_before(std::uint32_t epoch) const {
    return std::uint64_t{rounds} *
           (epoch + std::uint64_t{early_times() - 1} * (is_early(epoch) ? epoch : early_epochs));
  }
  std::uint32_t parts_of_round(std::uint32_t epoch) const {
    return is_early(epoch) ? hot_syncs / early_times() : hot_syncs;
  }
};

// What is trained: a matrix of `rows`, by `ranks` on shards of at most `tokens`.
struct SyncCase {
  std::uint64_t tokens = 0;
  std::size_t rows = 0;
  int ranks = 1;
  std::uint32_t epochs = 1;
  Architecture architecture = Architecture::kCbow;
  RowStart start = RowStart::kRandom;
};

// How often all rows must meet at least for the sake of quality, and how many are frequent. Measured: docs/adr/0002.
RoundsPlan sync_need(const SyncCase& what);

// How many tokens of the corpus are of the same article as one of them, on average: the more, the more of it is of few
// articles. `counts` are those of the articles.
double tokens_alike(std::span<const std::uint64_t> counts);

// What `sync` asks for, or else what the model needs; `tokens` are those of each rank's shard. Only the correction
// needs `tokens_alike`.
RoundsPlan plan_rounds(const SyncParams& sync, std::span<const std::uint64_t> tokens, const ModelShape& shape,
                       const TrainParams& params, double tokens_alike = 0);

// Most tokens of a round: the rows that they touch are copied, and the copies should not be large beside a large model.
// One rank alone copies none.
std::uint64_t most_round_tokens(const ModelShape& shape, std::size_t ranks);

// Boundaries of the slices: round r trains sequences [result[r], result[r + 1]); result has rounds + 1 entries.
// Slices are contiguous, cover the shard, and some are empty if there are fewer sequences than rounds.
// `offsets` are those of the sequences (first entry 0), or empty for an empty shard.
std::vector<std::size_t> slice_bounds(std::span<const std::uint64_t> offsets, std::uint32_t rounds);

}  // namespace linktrail::dist
