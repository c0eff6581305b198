// A rank's share of the corpus in binary, so that an epoch never parses text.
//
// Reading interns QIDs to local ids in order of first sight (one hash look-up a token); when the global
// vocabulary is known, local ids are rewritten in place to TokenIds and unknown tokens drop out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tsl/robin_map.h>

#include "core/ids.h"
#include "core/sequences.h"
#include "corpus/vocabulary.h"

namespace linktrail {

using LocalId = std::uint32_t;

class Interner {
 public:
  LocalId intern(Qid qid);  // also counts the occurrence
  std::size_t size() const { return counts_.size(); }
  std::span<const QidCount> counts() const { return counts_; }  // by local id

 private:
  tsl::robin_map<Qid, LocalId> index_;
  std::vector<QidCount> counts_;
};

// Local id -> TokenId (kNoToken where the vocabulary lacks it).
std::vector<TokenId> token_of_local(std::span<const QidCount> counts, const Vocabulary& vocabulary);

// Rewrites local ids to TokenIds and removes unknown tokens. Sequences keep their number and order;
// those that lost all tokens become empty. O(tokens), in place.
void apply_vocabulary(Sequences<LocalId>& sequences, std::span<const TokenId> token_of_local);

}  // namespace linktrail
