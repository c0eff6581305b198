#include "corpus/packed_corpus.h"

#include "core/checked_cast.h"

namespace linktrail {

LocalId Interner::intern(Qid qid) {
  const auto [entry, is_new] = index_.try_emplace(qid, static_cast<LocalId>(counts_.size()));
  if (is_new) {
    checked_cast<LocalId>(counts_.size() + 1);  // refuses the id that kNoToken takes
    counts_.push_back({qid, 0});
  }
  const LocalId local = entry->second;
  ++counts_[local].count;
  return local;
}

std::vector<TokenId> token_of_local(std::span<const QidCount> counts, const Vocabulary& vocabulary) {
  std::vector<TokenId> tokens;
  tokens.reserve(counts.size());
  for (const QidCount& entry : counts) tokens.push_back(vocabulary.find(entry.qid));
  return tokens;
}

void apply_vocabulary(Sequences<LocalId>& sequences, std::span<const TokenId> token_of_local) {
  std::uint64_t kept = 0, begin = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::uint64_t end = sequences.offsets[i + 1];
    for (std::uint64_t j = begin; j < end; ++j) {
      const TokenId token = token_of_local[sequences.tokens[j]];
      if (token != kNoToken) sequences.tokens[kept++] = token;
    }
    begin = end;
    sequences.offsets[i + 1] = kept;
  }
  sequences.tokens.resize(kept);
}

}  // namespace linktrail
