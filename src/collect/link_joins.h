// The joins of links, each over the records of one bucket: titles, targets, and links to the rows of the output.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "collect/link_records.h"
#include "collect/page_facts.h"

namespace linktrail {

// Records found by their key; of several with one key, which sound dumps do not have, the smallest by its bytes counts.
// Open addressing over a table that is at most half full.
template <class Record>
class KeyTable {
 public:
  explicit KeyTable(std::vector<Record> records);

  // nullptr if there is none.
  const Record* find(const TargetKey& key) const {
    for (std::size_t slot = spread(key) & mask_;; slot = (slot + 1) & mask_) {
      if (slots_[slot] == 0) return nullptr;
      const Record& record = records_[slots_[slot] - 1];
      if (record.key() == key) return &record;
    }
  }

  std::uint64_t repeated() const { return repeated_; }

 private:
  std::vector<Record> records_;
  std::vector<std::uint32_t> slots_;  // index + 1 of a record, or 0
  std::size_t mask_ = 0;
  std::uint64_t repeated_ = 0;
};

// One hop: what became of the redirects that were asked for, and which must be asked further.
struct RedirectStep {
  std::vector<TargetRecord> answers;
  std::vector<RedirectQuery> further;
};

enum class LastHop { kNo, kYes };

RedirectStep follow_redirects(const KeyTable<TitleRecord>& titles, std::span<const RedirectQuery> queries,
                              LastHop last);

// The target that a title without redirect is; of a redirect that has no target or must not be followed.
TargetRecord target_of(const TitleRecord& title);

// Rows of linktarget as targets by their id.
std::vector<TargetRecord> resolve_linktargets(const KeyTable<TargetRecord>& targets,
                                              std::span<const LinktargetRecord> rows);

// How many links came to what, by TargetKind; and those of linktargets that do not exist.
struct LinkTally {
  std::uint64_t of_kind[8] = {};
  std::uint64_t without_linktarget = 0;
};

// Appends the links that lead to an article to `pairs` and counts the others.
void resolve_links(const KeyTable<TargetRecord>& targets, std::span<const LinkRecord> links, LinkTally& tally,
                   std::vector<PairRecord>& pairs);

// A part of the output, by (wiki, page).
struct ArticleLinks {
  std::uint16_t wiki = 0;
  std::uint32_t page = 0;
  Qid qid = kNoQid;
  std::span<const Qid> outlinks;  // ascending, each once; never empty
};

struct GroupTally {
  std::uint64_t from_redirect = 0, from_disambiguation = 0, from_unknown = 0;  // links dropped by their source
  std::uint64_t repeated = 0;                                                  // beyond the first of a pair
  std::uint64_t pairs = 0, rows = 0, rows_without_qid = 0;
  std::uint64_t articles_without_links = 0;

  void add(const GroupTally& other);
};

// Calls on_article for every article of `pages` (which are sorted by wiki and page) that has a link among `pairs`.
GroupTally group_links(std::span<const Page> pages, std::span<const PairRecord> pairs,
                       const std::function<void(const ArticleLinks&)>& on_article);

}  // namespace linktrail
