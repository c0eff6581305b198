#include "corpus/vocabulary_index.h"

namespace linktrail {

VocabularyIndex::VocabularyIndex(const Vocabulary& vocabulary) : entries_(vocabulary.entries()) {
  slots_.make_room(entries_, 0);
}

std::vector<TokenId> VocabularyIndex::find_all(std::span<const QidCount> articles) const {
  constexpr std::size_t kAhead = 16;  // look-ups between the fetch of a slot, that of its entry, and the use of both
  std::vector<TokenId> tokens;
  tokens.reserve(articles.size());
  for (std::size_t i = 0; i < articles.size(); ++i) {
    if (i + 2 * kAhead < articles.size()) slots_.fetch_slot(articles[i + 2 * kAhead].qid);
    if (i + kAhead < articles.size()) slots_.fetch_entry(articles[i + kAhead].qid, entries_);
    tokens.push_back(find(articles[i].qid));
  }
  return tokens;
}

}  // namespace linktrail
