#include "corpus/vocabulary.h"

#include <algorithm>

#include "core/checked_cast.h"
#include "core/hash.h"

namespace linktrail {

Vocabulary::Vocabulary(std::vector<QidCount> counts, std::uint64_t min_count) : entries_(std::move(counts)) {
  std::erase_if(entries_, [&](const QidCount& entry) { return entry.count < min_count; });
  std::sort(entries_.begin(), entries_.end(), [](const QidCount& a, const QidCount& b) {
    return a.count != b.count ? a.count > b.count : a.qid < b.qid;
  });
  checked_cast<TokenId>(entries_.size());  // refuses the id that kNoToken takes
  for (const QidCount& entry : entries_) total_count_ += entry.count;
}

std::vector<Qid> Vocabulary::qids() const {
  std::vector<Qid> qids;
  qids.reserve(entries_.size());
  for (const QidCount& entry : entries_) qids.push_back(entry.qid);
  return qids;
}

std::vector<std::uint64_t> Vocabulary::counts() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(entries_.size());
  for (const QidCount& entry : entries_) counts.push_back(entry.count);
  return counts;
}

std::uint64_t Vocabulary::fingerprint() const {
  static_assert(std::has_unique_object_representations_v<QidCount>, "padding would make the hash random");
  return hash_bytes({reinterpret_cast<const char*>(entries_.data()), entries_.size() * sizeof(QidCount)});
}

}  // namespace linktrail
