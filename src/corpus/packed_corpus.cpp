#include "corpus/packed_corpus.h"

#include <algorithm>
#include <bit>

#include "core/checked_cast.h"
#include "core/hash.h"

namespace linktrail {

std::size_t Interner::slot_of_hash(Qid qid) { return mix64(static_cast<std::uint64_t>(qid) + 0x9e3779b97f4a7c15ULL); }

void Interner::make_room(std::size_t more) {
  constexpr std::size_t kLeastSlots = 1024;
  const std::size_t needed = std::bit_ceil(std::max(kLeastSlots, 2 * (counts_.size() + more)));
  if (needed <= slots_.size()) return;
  slots_.assign(needed, kNoToken);
  for (std::size_t local = 0; local < counts_.size(); ++local) {
    std::size_t at = slot_of(counts_[local].qid);
    while (slots_[at] != kNoToken) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<LocalId>(local);
  }
}

LocalId Interner::find_or_add(Qid qid) {
  std::size_t at = slot_of(qid);
  for (; slots_[at] != kNoToken; at = (at + 1) & (slots_.size() - 1)) {
    QidCount& entry = counts_[slots_[at]];
    if (entry.qid != qid) continue;
    ++entry.count;
    return slots_[at];
  }
  checked_cast<LocalId>(counts_.size() + 1);  // refuses the id that kNoToken takes
  counts_.push_back({qid, 1});
  return slots_[at] = static_cast<LocalId>(counts_.size() - 1);
}

void Interner::intern_batch(std::span<const Qid> qids, std::span<LocalId> out) {
  make_room(qids.size());
  for (const Qid qid : qids) __builtin_prefetch(&slots_[slot_of(qid)]);
  for (const Qid qid : qids)
    if (const LocalId local = slots_[slot_of(qid)]; local != kNoToken) __builtin_prefetch(&counts_[local], 1);
  std::ranges::transform(qids, out.begin(), [this](Qid qid) { return find_or_add(qid); });
}

void Interner::intern(std::span<const Qid> qids, std::span<LocalId> out) {
  for (; qids.size() > kBatch; qids = qids.subspan(kBatch), out = out.subspan(kBatch))
    intern_batch(qids.first(kBatch), out);
  intern_batch(qids, out);
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
