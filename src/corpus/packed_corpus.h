// A rank's share of the corpus in binary, so that an epoch never parses text.
//
// Reading interns QIDs to local ids in order of first sight (one hash look-up a token); when the global
// vocabulary is known, local ids are rewritten in place to TokenIds and unknown tokens drop out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/sequences.h"
#include "corpus/vocabulary.h"

namespace linktrail {

using LocalId = std::uint32_t;

// A hash table of its own, since that of a library cannot fetch ahead: with a million articles a look-up is two cache
// misses, and those of a batch are waited for together.
class Interner {
 public:
  // Look-ups overlap in batches of this many.
  static constexpr std::size_t kBatch = 64;

  // The local ids of `qids`, each of which counts as an occurrence. `out` has as many places. Throws
  // std::overflow_error beyond 2^32 - 2 different articles.
  void intern(std::span<const Qid> qids, std::span<LocalId> out);

  std::size_t size() const { return counts_.size(); }
  std::span<const QidCount> counts() const { return counts_; }  // by local id

 private:
  std::size_t slot_of(Qid qid) const { return slot_of_hash(qid) & (slots_.size() - 1); }
  static std::size_t slot_of_hash(Qid qid);
  void intern_batch(std::span<const Qid> qids, std::span<LocalId> out);
  LocalId find_or_add(Qid qid);
  void make_room(std::size_t more);

  std::vector<LocalId> slots_;  // by hash, open addressing, a power of two of them, at most half in use; kNoToken: free
  std::vector<QidCount> counts_;  // by local id
};

// Local id -> TokenId (kNoToken where the vocabulary lacks it).
std::vector<TokenId> token_of_local(std::span<const QidCount> counts, const Vocabulary& vocabulary);

// Rewrites local ids to TokenIds and removes unknown tokens. Sequences keep their number and order;
// those that lost all tokens become empty. O(tokens), in place.
void apply_vocabulary(Sequences<LocalId>& sequences, std::span<const TokenId> token_of_local);

}  // namespace linktrail
