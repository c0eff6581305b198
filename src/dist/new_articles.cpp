#include "dist/new_articles.h"

#include <algorithm>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/random.h"
#include "dist/round_plan.h"

namespace linktrail::dist {

namespace {

// Counted first, since a vector that grows takes three times its size.
TokenSequences with_any_of(TokenSequencesView sequences, std::span<const TokenId> rows, std::size_t articles) {
  std::vector<char> wanted(articles, 0);
  for (const TokenId row : rows) wanted[row] = 1;
  const auto for_wanted = [&](const auto& work) {
    for (std::size_t i = 0; i < sequences.size(); ++i)
      if (std::ranges::any_of(sequences[i], [&](TokenId token) { return wanted[token] != 0; })) work(sequences[i]);
  };
  std::size_t count = 0, tokens = 0;
  for_wanted([&](std::span<const TokenId> sequence) {
    ++count;
    tokens += sequence.size();
  });
  TokenSequences result;
  result.offsets.reserve(count + 1);
  result.tokens.reserve(tokens);
  for_wanted([&](std::span<const TokenId> sequence) { result.append(sequence); });
  return result;
}

// Rounds are no longer than those of all sequences, for which there is memory.
SyncParams sync_of(SyncParams sync, const TrainParams& params, std::uint64_t tokens, const NodeModel& model) {
  const std::vector<std::uint64_t> all = comm::all_gather(tokens, model.node->all());
  const RoundsPlan plan = plan_rounds(sync, all, shape_of(model), params);
  sync.round_tokens = std::ranges::max(all) / plan.rounds + 1;
  sync.rows = RowStart::kTrained;  // all but the new ones
  return sync;
}

// Draws of its own: the sequences come again in the epochs of all.
TrainParams params_of(TrainParams params) {
  params.epochs = kNewArticleEpochs;
  params.seed = mix64(params.seed);
  return params;
}

constexpr std::uint64_t kSeldom = 10;
constexpr std::uint64_t kSeldomOfMean = 6;  // a sixth of it

}  // namespace

NewRows split_new_rows(std::span<const TokenId> new_rows, std::span<const std::uint64_t> counts) {
  const std::uint64_t tokens = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  const std::uint64_t most = std::max(kSeldom, tokens / (kSeldomOfMean * std::max<std::size_t>(1, counts.size())));
  NewRows result;
  for (const TokenId row : new_rows) (counts[row] <= most ? result.seldom : result.often).push_back(row);
  return result;
}

TrainOutcome train_new_articles(const TrainParams& params, const SyncParams& sync, const SequenceShard& shard,
                                std::span<const TokenId> new_rows, NodeModel& model, const TrainHooks& hooks) {
  const comm::Communicator& comm = model.node->all();
  TokenSequences sequences;
  comm::agreed(comm, [&] { sequences = with_any_of(shard.sequences, new_rows, shard.counts.size()); });
  const std::uint64_t before = comm::exclusive_scan(sequences.size(), comm);
  return train_sequences(params_of(params), sync_of(sync, params, shard.sequences.tokens.size(), model),
                         {.sequences = sequences, .first_record = before, .counts = shard.counts}, {}, model, hooks);
}

}  // namespace linktrail::dist
