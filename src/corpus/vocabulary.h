// The articles a model knows, sorted by falling count (ties by rising QID). TokenId is the position.
// VocabularyIndex (vocabulary_index.h) finds the token of a QID.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "corpus/qid_count.h"

namespace linktrail {

class Vocabulary {
 public:
  Vocabulary() = default;

  // `counts` holds each QID once, in any order; those below `min_count` are dropped.
  Vocabulary(std::vector<QidCount> counts, std::uint64_t min_count);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  Qid qid(TokenId token) const { return entries_[token].qid; }
  std::uint64_t count(TokenId token) const { return entries_[token].count; }
  std::span<const QidCount> entries() const { return entries_; }

  std::uint64_t total_count() const { return total_count_; }  // tokens of the corpus that are known
  std::vector<std::uint64_t> counts() const;
  std::vector<Qid> qids() const;  // in the order of tokens, as counts()

  // Hash of all QIDs and counts: equal vocabularies have equal fingerprints.
  std::uint64_t fingerprint() const;

 private:
  std::vector<QidCount> entries_;
  std::uint64_t total_count_ = 0;
};

}  // namespace linktrail
