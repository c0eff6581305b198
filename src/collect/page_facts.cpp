#include "collect/page_facts.h"

#include <algorithm>
#include <tuple>

namespace linktrail {

namespace {

struct FactRef {
  PageFact fact;
  std::string_view title;

  auto order() const { return std::tuple(page_key(fact.wiki, fact.page), fact.kind, title, fact.value, fact.high); }
};

std::vector<FactRef> sorted_facts(std::string_view bytes) {
  std::vector<FactRef> facts;
  for (std::size_t at = 0; at + sizeof(PageFact) <= bytes.size();) {
    FactRef ref;
    bytes.copy(reinterpret_cast<char*>(&ref.fact), sizeof(PageFact), at);
    ref.title = bytes.substr(at + sizeof(PageFact), ref.fact.title_bytes);
    at += sizeof(PageFact) + ref.title.size();
    facts.push_back(ref);
  }
  std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
  return facts;
}

// The first fact of the kind, or none.
const PageFact* find_fact(std::span<const FactRef> facts, FactKind kind) {
  for (const FactRef& ref : facts)
    if (ref.fact.kind == kind) return &ref.fact;
  return nullptr;
}

TitleRecord redirect_title(const TargetKey& key, const PageFact* to) {
  TitleRecord record{.low = key.low, .high = key.high, .wiki = key.wiki, .kind = TargetKind::kNowhere};
  if (to == nullptr) return record;
  record.kind = TargetKind::kRedirect;
  record.target_low = to->value;
  record.target_high = to->high;
  return record;
}

// The facts of one page, the first of which tells the page itself.
void join_page(std::span<const FactRef> facts, const PageJoinParams& params, PageJoin& join) {
  const FactRef& self = facts.front();
  const TargetKey key = title_key(self.fact.wiki, self.title);
  Page page{.page = self.fact.page, .wiki = self.fact.wiki, .title_bytes = self.fact.title_bytes};
  ++join.pages_kept;
  for (const FactRef& ref : facts.subspan(1)) join.repeated += ref.fact.kind <= FactKind::kRedirectPage ? 1 : 0;
  if (self.fact.kind == FactKind::kRedirectPage) {
    page.is_redirect = 1;
    ++join.redirects;
    join.titles.push_back(redirect_title(key, find_fact(facts, FactKind::kRedirectTo)));
  } else {
    const PageFact* qid = find_fact(facts, FactKind::kQid);
    if (params.ids == PageIds::kPage) page.qid = page.page;
    if (params.ids == PageIds::kQid && qid != nullptr) page.qid = static_cast<Qid>(qid->value);
    if (page.qid != kNoQid) ++join.with_qid;
    page.is_dropped =
        params.disambiguation == Disambiguation::kDrop && find_fact(facts, FactKind::kDisambiguation) != nullptr;
    join.disambiguations += page.is_dropped;
    const TargetKind kind = page.is_dropped != 0 ? TargetKind::kDisambiguation
                            : page.qid == kNoQid ? TargetKind::kWithoutQid
                                                 : TargetKind::kArticle;
    join.titles.push_back({.low = key.low, .high = key.high, .wiki = key.wiki, .kind = kind, .qid = page.qid});
  }
  append_page(page, self.title, join.pages);
}

template <class Header>
void append_bytes(const Header& header, std::string_view title, std::string& out) {
  out.append(reinterpret_cast<const char*>(&header), sizeof(Header));
  out.append(title);
}

}  // namespace

void append_fact(const PageFact& fact, std::string_view title, std::string& out) { append_bytes(fact, title, out); }

void append_page(const Page& page, std::string_view title, std::string& out) { append_bytes(page, title, out); }

PageJoin join_pages(std::string_view bytes, const PageJoinParams& params) {
  const std::vector<FactRef> facts = sorted_facts(bytes);
  PageJoin join;
  for (std::size_t begin = 0; begin < facts.size();) {
    const std::uint64_t key = page_key(facts[begin].fact.wiki, facts[begin].fact.page);
    std::size_t end = begin + 1;
    while (end < facts.size() && page_key(facts[end].fact.wiki, facts[end].fact.page) == key) ++end;
    if (facts[begin].fact.kind <= FactKind::kRedirectPage)
      join_page(std::span(facts).subspan(begin, end - begin), params, join);
    begin = end;
  }
  return join;
}

}  // namespace linktrail
