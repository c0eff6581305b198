#include "dist/new_articles.h"

#include <algorithm>
#include <vector>

#include "comm/collectives.h"
#include "core/random.h"

namespace linktrail::dist {

namespace {

TokenSequences with_any_of(TokenSequencesView sequences, std::span<const TokenId> rows, std::size_t articles) {
  std::vector<char> wanted(articles, 0);
  for (const TokenId row : rows) wanted[row] = 1;
  TokenSequences result;
  for (std::size_t i = 0; i < sequences.size(); ++i)
    if (std::ranges::any_of(sequences[i], [&](TokenId token) { return wanted[token] != 0; }))
      result.append(sequences[i]);
  return result;
}

// Draws of its own: the sequences come again in the epochs of all.
TrainParams params_of(TrainParams params) {
  params.epochs = kNewArticleEpochs;
  params.seed = mix64(params.seed);
  return params;
}

}  // namespace

TrainOutcome train_new_articles(const TrainParams& params, const SyncParams& sync, const SequenceShard& shard,
                                std::span<const TokenId> new_rows, NodeModel& model, const TrainHooks& hooks) {
  const TokenSequences sequences = with_any_of(shard.sequences, new_rows, shard.counts.size());
  const std::uint64_t before = comm::exclusive_scan(sequences.size(), model.node->all());
  return train_sequences(params_of(params), sync,
                         {.sequences = sequences, .first_record = before, .counts = shard.counts}, {}, model, hooks);
}

}  // namespace linktrail::dist
