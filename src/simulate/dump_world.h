// Wikis as their databases hold them: pages of several namespaces, redirects of every kind, links to what is there and
// what is not. Everything is a function of (seed, wiki, page), so nothing is kept in memory.
#pragma once

#include <cstdint>
#include <string>

#include "core/ids.h"

namespace linktrail {

enum class LinkSchema { kTitle, kLinktarget, kMixed };

struct DumpWorldParams {
  std::uint64_t seed = 1;
  std::uint32_t wikis = 3;
  std::uint32_t pages = 10000;  // of the largest wiki
  double mean_links = 20;
  LinkSchema schema = LinkSchema::kMixed;
  std::uint32_t files = 1;
};

enum class SimulatedPage : std::uint8_t {
  kArticle,
  kWithoutQid,
  kDisambiguation,
  kRedirect,        // to an article, or in some cases to another redirect
  kRedirectCycle,   // two redirects to each other
  kRedirectAway,    // to another wiki
  kRedirectToRed,   // to a title that no page has
  kRedirectUntold,  // without a row in the table redirect
  kTalk,            // namespace 1
  kTemplate,        // namespace 10
};

class DumpWorld {
 public:
  explicit DumpWorld(const DumpWorldParams& params) : params_(params) {}

  std::string wiki_db(std::uint32_t wiki) const;
  bool links_by_title(std::uint32_t wiki) const;
  std::uint32_t pages(std::uint32_t wiki) const;  // page ids are 1 .. pages

  SimulatedPage kind(std::uint32_t wiki, std::uint32_t page) const;
  static bool is_redirect(SimulatedPage kind);
  static std::int32_t space(SimulatedPage kind);
  Qid qid(std::uint32_t page) const;  // the same in all wikis, as far as it has one

  // Bytes as in a database: underscores, quotes, backslashes, some that are no UTF-8. Distinct within a wiki and
  // namespace. Numbers beyond the pages are titles that no page has.
  std::string title(std::uint32_t wiki, std::uint32_t page) const;

  // The page that a redirect names.
  std::uint32_t redirect_target(std::uint32_t wiki, std::uint32_t page) const;

  // The number of links of a page, and the page that each names: some beyond pages(), which nobody has written yet.
  std::uint32_t link_count(std::uint32_t wiki, std::uint32_t page) const;
  std::uint32_t link_target(std::uint32_t wiki, std::uint32_t page, std::uint32_t link) const;
  // Titles that links name: 1 .. named(wiki).
  std::uint32_t named(std::uint32_t wiki) const;

  const DumpWorldParams& params() const { return params_; }

 private:
  std::uint64_t draw(std::uint32_t wiki, std::uint32_t page, std::uint32_t what) const;

  DumpWorldParams params_;
};

}  // namespace linktrail
