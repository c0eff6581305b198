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
#include "corpus/qid_slots.h"

namespace linktrail {

using LocalId = std::uint32_t;

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
  void intern_batch(std::span<const Qid> qids, std::span<LocalId> out);
  LocalId find_or_add(Qid qid);

  QidSlots slots_;
  std::vector<QidCount> counts_;  // by local id
};

// Rewrites local ids to TokenIds and removes those that stand for kNoToken. Sequences keep their number and order;
// those that lost all tokens become empty. O(tokens), in place.
void apply_vocabulary(Sequences<LocalId>& sequences, std::span<const TokenId> token_of_local);

}  // namespace linktrail
