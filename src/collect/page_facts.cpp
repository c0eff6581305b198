#include "collect/page_facts.h"

#include <algorithm>
#include <tuple>

namespace linktrail {

namespace {

struct FactRef {
  PageFact fact;
  std::string_view title;

  auto order() const { return std::tuple(fact.kind, title, fact.value, fact.high); }
};

// Of the page of a fact, and where the fact is: what is sorted in place of facts, as it is small.
struct FactPlace {
  std::uint64_t page = 0;
  std::size_t at = 0;
};

FactRef fact_at(std::string_view bytes, std::size_t at) {
  FactRef ref;
  bytes.copy(reinterpret_cast<char*>(&ref.fact), sizeof(PageFact), at);
  ref.title = bytes.substr(at + sizeof(PageFact), ref.fact.title_bytes);
  return ref;
}

std::vector<FactPlace> places_by_page(std::string_view bytes) {
  std::size_t facts = 0;
  for_each_fact(bytes, [&](const PageFact&, std::string_view) { ++facts; });
  std::vector<FactPlace> places;
  places.reserve(facts);
  for_each_fact(bytes, [&](const PageFact& fact, std::string_view whole) {
    places.push_back({page_key(fact.wiki, fact.page), static_cast<std::size_t>(whole.data() - bytes.data())});
  });
  std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.page < b.page; });
  return places;
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

std::uint64_t spread(const PageFact& fact) { return mix64(page_key(fact.wiki, fact.page) + 1); }

std::string load_facts(const RecordStore& store, const Slice& slice) {
  const std::uint64_t expected = store.bytes(slice.bucket) / slice.count;
  std::string facts;
  facts.reserve(expected + expected / 8 + 4096);  // chance makes slices differ a little
  std::vector<char> chunk(256UL << 10);
  for (std::uint64_t offset = 0;;) {
    const std::size_t got = store.read(slice.bucket, offset, chunk);
    const std::size_t taken = for_each_fact({chunk.data(), got}, [&](const PageFact& fact, std::string_view whole) {
      if (slice.holds(spread(fact))) facts += whole;
    });
    if (taken == 0) return facts;
    offset += taken;
  }
}

PageJoin join_pages(std::string_view bytes, const PageJoinParams& params) {
  const std::vector<FactPlace> places = places_by_page(bytes);
  PageJoin join;
  std::vector<FactRef> facts;  // of one page
  for (std::size_t begin = 0; begin < places.size();) {
    const std::uint64_t page = places[begin].page;
    facts.clear();
    for (; begin < places.size() && places[begin].page == page; ++begin)
      facts.push_back(fact_at(bytes, places[begin].at));
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
    if (facts.front().fact.kind <= FactKind::kRedirectPage) join_page(facts, params, join);
  }
  return join;
}

}  // namespace linktrail
