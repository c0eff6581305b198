// What the tables say of a page, and the join by page: the page itself, where it redirects to, its QID.
//
// Facts travel as bytes, since titles have any length: a header and the title behind it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/bucket_slices.h"
#include "collect/link_records.h"
#include "collect/record_store.h"

namespace linktrail {

enum class FactKind : std::uint8_t { kPage, kRedirectPage, kRedirectTo, kRedirectNowhere, kQid, kDisambiguation };

struct PageFact {
  std::uint32_t page = 0;
  std::uint16_t wiki = 0;
  FactKind kind = FactKind::kPage;
  std::uint8_t title_bytes = 0;  // of kPage and kRedirectPage, behind the header
  std::uint64_t value = 0;       // kQid: the QID; kRedirectTo: the low part of the target's key
  std::uint16_t high = 0;        // kRedirectTo: the high part
  std::uint16_t unused[3] = {};
};

// `fact` and `title` as bytes at the end of `out`.
void append_fact(const PageFact& fact, std::string_view title, std::string& out);

// Calls on_fact(fact, bytes of the fact and its title) for every whole fact in `bytes`; returns how many bytes they
// take.
template <class OnFact>
std::size_t for_each_fact(std::string_view bytes, OnFact&& on_fact);

// Spreads pages over buckets and their slices.
std::uint64_t spread(const PageFact& fact);

// The facts of a slice. Throws StorageError if scratch cannot be read.
std::string load_facts(const RecordStore& store, const Slice& slice);

// A page of namespace 0 in the output. Pages travel as bytes too.
struct Page {
  std::uint32_t page = 0;
  std::uint16_t wiki = 0;
  std::uint8_t is_redirect = 0;
  std::uint8_t is_dropped = 0;  // a disambiguation page, where those are dropped
  Qid qid = kNoQid;
  std::uint8_t title_bytes = 0;
  std::uint8_t unused[7] = {};
};

void append_page(const Page& page, std::string_view title, std::string& out);

// Calls on_page(page, title) for every whole page in `bytes`; returns how many bytes they take.
template <class OnPage>
std::size_t for_each_page(std::string_view bytes, OnPage&& on_page);

enum class Disambiguation { kKeep, kDrop };
enum class PageIds { kQid, kPage };

struct PageJoinParams {
  PageIds ids = PageIds::kQid;
  Disambiguation disambiguation = Disambiguation::kKeep;
};

struct PageJoin {
  std::vector<TitleRecord> titles;  // of all pages
  std::string pages;                // the same pages, as by append_page
  std::uint64_t pages_kept = 0, redirects = 0;
  std::uint64_t with_qid = 0;         // of the pages that are no redirects
  std::uint64_t disambiguations = 0;  // dropped
  std::uint64_t repeated = 0;         // pages told twice
};

// Joins all facts of a set of pages, in any order. A page is of namespace 0; facts of others have no page and are
// left out. Where facts contradict each other, which sound dumps do not, the smallest wins.
PageJoin join_pages(std::string_view facts, const PageJoinParams& params);

// Implementation.

// Of headers that are each followed by a title: on_header(header, bytes of both).
template <class Header, class OnHeader>
std::size_t for_each_titled(std::string_view bytes, OnHeader&& on_header) {
  std::size_t at = 0;
  while (at + sizeof(Header) <= bytes.size()) {
    Header header;
    bytes.copy(reinterpret_cast<char*>(&header), sizeof(Header), at);
    const std::size_t length = sizeof(Header) + header.title_bytes;
    if (at + length > bytes.size()) break;
    on_header(header, bytes.substr(at, length));
    at += length;
  }
  return at;
}

template <class OnFact>
std::size_t for_each_fact(std::string_view bytes, OnFact&& on_fact) {
  return for_each_titled<PageFact>(bytes, on_fact);
}

template <class OnPage>
std::size_t for_each_page(std::string_view bytes, OnPage&& on_page) {
  return for_each_titled<Page>(
      bytes, [&](const Page& page, std::string_view whole) { on_page(page, whole.substr(sizeof(Page))); });
}

}  // namespace linktrail
