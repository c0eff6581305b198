// From QIDs to the tokens of a vocabulary. Apart from it, since texts are read once, and the vocabulary stays as long
// as the model: with ten million articles this takes 134 MB on each rank, which training would rather have.
#pragma once

#include <span>
#include <vector>

#include "corpus/qid_slots.h"
#include "corpus/vocabulary.h"

namespace linktrail {

class VocabularyIndex {
 public:
  // `vocabulary` must outlive this.
  explicit VocabularyIndex(const Vocabulary& vocabulary);

  TokenId find(Qid qid) const { return slots_.at(qid, entries_); }  // kNoToken if unknown

  // The tokens of many articles, one each, in less time.
  std::vector<TokenId> find_all(std::span<const QidCount> articles) const;

 private:
  std::span<const QidCount> entries_;
  QidSlots slots_;
};

}  // namespace linktrail
