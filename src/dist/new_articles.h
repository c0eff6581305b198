// The new articles of a warm start. A month has seen them a few times, the known ones for years: after one epoch with
// all they would stay behind.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dist/training.h"

namespace linktrail::dist {

// Passes over the sequences of new articles. More raise the agreement of labels and cost recall of the next article
// (docs/numerics.md). With another number, or another bound below, kWarmStartVersion is raised.
inline constexpr std::uint32_t kNewArticleEpochs = 3;

// The rows of new articles, each rising.
struct NewRows {
  std::vector<TokenId> seldom;  // of articles that need these passes
  std::vector<TokenId> often;   // the epoch of all has enough of these
};

// Seldom is 10 times or less by `counts` (one an article), or a sixth as often as the mean article if that is more.
// Where an article is among the most popular, passes over its sequences would be passes over much of the month, after
// which its neighbours crowd around it (docs/numerics.md).
NewRows split_new_rows(std::span<const TokenId> new_rows, std::span<const std::uint64_t> counts);

// Collective. Trains kNewArticleEpochs on the sequences of `shard` that have an article of `new_rows` (rising, the same
// on all ranks), otherwise as train_sequences() with `params`; a rank keeps a copy of its part of them meanwhile. Other
// rows of these sequences change as well: the caller brings them back. Of all this `new_rows` are left, and that of the
// end of a sequence if the earlier model had none.
TrainOutcome train_new_articles(const TrainParams& params, const SyncParams& sync, const SequenceShard& shard,
                                std::span<const TokenId> new_rows, NodeModel& model, const TrainHooks& hooks);

}  // namespace linktrail::dist
