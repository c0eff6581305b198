#include "collect/link_joins.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace linktrail {

template <class Record>
KeyTable<Record>::KeyTable(std::vector<Record> records) : records_(std::move(records)) {
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, records_.size() * 2));
  slots_.assign(slots, 0);
  mask_ = slots - 1;
  for (std::uint32_t i = 0; i < records_.size(); ++i) {
    std::size_t slot = spread(records_[i].key()) & mask_;
    while (slots_[slot] != 0 && !(records_[slots_[slot] - 1].key() == records_[i].key())) slot = (slot + 1) & mask_;
    if (slots_[slot] != 0) ++repeated_;
    if (slots_[slot] == 0 || std::memcmp(&records_[i], &records_[slots_[slot] - 1], sizeof(Record)) < 0)
      slots_[slot] = i + 1;
  }
}

template class KeyTable<TitleRecord>;
template class KeyTable<TargetRecord>;

TargetRecord target_of(const TitleRecord& title) {
  return {.low = title.low, .high = title.high, .wiki = title.wiki, .kind = title.kind, .qid = title.qid};
}

namespace {

TargetRecord answer(const TargetKey& origin, TargetKind kind, Qid qid = kNoQid) {
  if (kind == TargetKind::kArticle) kind = TargetKind::kArticleByRedirect;
  return {.low = origin.low, .high = origin.high, .wiki = origin.wiki, .kind = kind, .qid = qid};
}

}  // namespace

RedirectStep follow_redirects(const KeyTable<TitleRecord>& titles, std::span<const RedirectQuery> queries,
                              LastHop last) {
  RedirectStep step;
  for (const RedirectQuery& query : queries) {
    const TitleRecord* title = titles.find(query.key());
    if (title == nullptr) {
      step.answers.push_back(answer(query.origin(), TargetKind::kNowhere));
    } else if (title->kind != TargetKind::kRedirect || last == LastHop::kYes) {
      const bool is_redirect = title->kind == TargetKind::kRedirect || title->kind == TargetKind::kNowhere;
      step.answers.push_back(answer(
          query.origin(), is_redirect && last == LastHop::kYes ? TargetKind::kRedirect : title->kind, title->qid));
    } else {
      RedirectQuery next = query;
      next.low = title->target_low;
      next.high = title->target_high;
      step.further.push_back(next);
    }
  }
  return step;
}

std::vector<TargetRecord> resolve_linktargets(const KeyTable<TargetRecord>& targets,
                                              std::span<const LinktargetRecord> rows) {
  std::vector<TargetRecord> resolved;
  resolved.reserve(rows.size());
  for (const LinktargetRecord& row : rows) {
    const TargetRecord* target = targets.find(row.key());
    const TargetKey key = id_key(row.wiki, row.target);
    resolved.push_back({.low = key.low,
                        .high = key.high,
                        .wiki = key.wiki,
                        .kind = target == nullptr ? TargetKind::kMissing : target->kind,
                        .qid = target == nullptr ? kNoQid : target->qid});
  }
  return resolved;
}

void resolve_links(const KeyTable<TargetRecord>& targets, std::span<const LinkRecord> links, LinkTally& tally,
                   std::vector<PairRecord>& pairs) {
  for (const LinkRecord& link : links) {
    const TargetRecord* target = targets.find(link.key());
    if (target == nullptr && (link.high & kIdBit) != 0) {
      ++tally.without_linktarget;
      continue;
    }
    const TargetKind kind = target == nullptr ? TargetKind::kMissing : target->kind;
    ++tally.of_kind[static_cast<std::size_t>(kind)];
    if (kind <= TargetKind::kArticleByRedirect)
      pairs.push_back({.to = target->qid, .from = link.from, .wiki = link.wiki});
  }
}

void GroupTally::add(const GroupTally& other) {
  from_redirect += other.from_redirect;
  from_disambiguation += other.from_disambiguation;
  from_unknown += other.from_unknown;
  repeated += other.repeated;
  pairs += other.pairs;
  rows += other.rows;
  rows_without_qid += other.rows_without_qid;
  articles_without_links += other.articles_without_links;
}

namespace {

// Positions of pages by key: open addressing, as KeyTable.
class PageIndex {
 public:
  explicit PageIndex(std::span<const Page> pages) : pages_(pages) {
    slots_.assign(std::bit_ceil(std::max<std::size_t>(16, pages.size() * 2)), 0);
    for (std::uint32_t i = 0; i < pages.size(); ++i) {
      std::size_t slot = first(pages[i].wiki, pages[i].page);
      while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = i + 1;
    }
  }

  // Position, or pages.size().
  std::size_t find(std::uint16_t wiki, std::uint32_t page) const {
    for (std::size_t slot = first(wiki, page);; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == 0) return pages_.size();
      const Page& found = pages_[slots_[slot] - 1];
      if (found.page == page && found.wiki == wiki) return slots_[slot] - 1;
    }
  }

 private:
  std::size_t first(std::uint16_t wiki, std::uint32_t page) const {
    return mix64(page_key(wiki, page)) & (slots_.size() - 1);
  }

  std::span<const Page> pages_;
  std::vector<std::uint32_t> slots_;
};

void count_dropped(const Page& page, std::uint64_t links, GroupTally& tally) {
  if (page.is_redirect != 0)
    tally.from_redirect += links;
  else
    tally.from_disambiguation += links;
}

}  // namespace

GroupTally group_links(std::span<const Page> pages, std::span<const PairRecord> pairs,
                       const std::function<void(const ArticleLinks&)>& on_article) {
  GroupTally tally;
  const PageIndex index(pages);
  std::vector<std::uint32_t> page_of(pairs.size());
  std::vector<std::size_t> begin(pages.size() + 2, 0);  // the last page stands for those unknown
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    page_of[i] = static_cast<std::uint32_t>(index.find(pairs[i].wiki, pairs[i].from));
    ++begin[page_of[i] + 1];
  }
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<Qid> links(pairs.size());
  std::vector<std::size_t> next(begin);
  for (std::size_t i = 0; i < pairs.size(); ++i) links[next[page_of[i]]++] = pairs[i].to;

  tally.from_unknown = begin[pages.size() + 1] - begin[pages.size()];
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const auto first = links.begin() + static_cast<std::ptrdiff_t>(begin[i]);
    auto last = links.begin() + static_cast<std::ptrdiff_t>(begin[i + 1]);
    if (pages[i].is_redirect != 0 || pages[i].is_dropped != 0) {
      count_dropped(pages[i], begin[i + 1] - begin[i], tally);
      continue;
    }
    if (first == last) {
      ++tally.articles_without_links;
      continue;
    }
    std::sort(first, last);
    const auto end = std::unique(first, last);
    tally.repeated += static_cast<std::uint64_t>(last - end);
    tally.pairs += static_cast<std::uint64_t>(end - first);
    ++tally.rows;
    if (pages[i].qid == kNoQid) ++tally.rows_without_qid;
    on_article({pages[i].wiki, pages[i].page, pages[i].qid, {first, end}});
  }
  return tally;
}

}  // namespace linktrail
