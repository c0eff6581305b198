#include "corpus/packed_corpus.h"

#include <algorithm>

#include "core/checked_cast.h"

namespace linktrail {

LocalId Interner::find_or_add(Qid qid) {
  LocalId& slot = slots_.at(qid, counts_);
  if (slot != QidSlots::kFree) {
    ++counts_[slot].count;
    return slot;
  }
  checked_cast<LocalId>(counts_.size() + 1);  // refuses the id that kFree takes
  slot = static_cast<LocalId>(counts_.size());
  counts_.push_back({qid, 1});
  return slot;
}

void Interner::intern_batch(std::span<const Qid> qids, std::span<LocalId> out) {
  slots_.make_room(counts_, qids.size());
  for (const Qid qid : qids) slots_.fetch_slot(qid);
  for (const Qid qid : qids) slots_.fetch_entry(qid, counts_);
  std::ranges::transform(qids, out.begin(), [this](Qid qid) { return find_or_add(qid); });
}

void Interner::intern(std::span<const Qid> qids, std::span<LocalId> out) {
  for (; qids.size() > kBatch; qids = qids.subspan(kBatch), out = out.subspan(kBatch))
    intern_batch(qids.first(kBatch), out);
  intern_batch(qids, out);
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
