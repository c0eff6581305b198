#include "simulate/dump_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/hash.h"

namespace linktrail {

namespace {

enum Draw : std::uint32_t { kKind, kRedirectTo, kLinkCount, kFirstLink };

constexpr std::uint32_t kShareOfRedLinks = 10;  // one title in so many is named and has no page

// Uniform in [0, 1).
double fraction(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace

std::uint64_t DumpWorld::draw(std::uint32_t wiki, std::uint32_t page, std::uint32_t what) const {
  return mix64(mix64(mix64(params_.seed + 0x9e3779b97f4a7c15ULL) + ((std::uint64_t{wiki} << 32) | page)) + what);
}

std::string DumpWorld::wiki_db(std::uint32_t wiki) const {
  constexpr std::array<std::string_view, 6> kNames{"aawiki", "bbwiki",     "be_x_oldwiki",
                                                   "ccwiki", "zh_yuewiki", "ddwiki"};
  return wiki < kNames.size() ? std::string(kNames[wiki]) : fmt::format("w{:03d}wiki", wiki);
}

bool DumpWorld::links_by_title(std::uint32_t wiki) const {
  return params_.schema == LinkSchema::kTitle || (params_.schema == LinkSchema::kMixed && wiki % 2 == 0);
}

std::uint32_t DumpWorld::pages(std::uint32_t wiki) const {
  return std::max<std::uint32_t>(params_.pages >> std::min<std::uint32_t>(wiki, 31), std::min(params_.pages, 50U));
}

std::uint32_t DumpWorld::named(std::uint32_t wiki) const { return pages(wiki) + pages(wiki) / kShareOfRedLinks; }

SimulatedPage DumpWorld::kind(std::uint32_t wiki, std::uint32_t page) const {
  const double at = fraction(draw(wiki, page, kKind));
  struct Share {
    double up_to;
    SimulatedPage kind;
  };
  constexpr std::array<Share, 10> kShares{{{0.55, SimulatedPage::kArticle},
                                           {0.58, SimulatedPage::kWithoutQid},
                                           {0.60, SimulatedPage::kDisambiguation},
                                           {0.82, SimulatedPage::kRedirect},
                                           {0.83, SimulatedPage::kRedirectCycle},
                                           {0.84, SimulatedPage::kRedirectAway},
                                           {0.85, SimulatedPage::kRedirectToRed},
                                           {0.86, SimulatedPage::kRedirectUntold},
                                           {0.95, SimulatedPage::kTalk},
                                           {1.01, SimulatedPage::kTemplate}}};
  return std::find_if(kShares.begin(), kShares.end(), [&](const Share& share) { return at < share.up_to; })->kind;
}

bool DumpWorld::is_redirect(SimulatedPage kind) {
  return kind >= SimulatedPage::kRedirect && kind <= SimulatedPage::kRedirectUntold;
}

std::int32_t DumpWorld::space(SimulatedPage kind) {
  return kind == SimulatedPage::kTalk ? 1 : kind == SimulatedPage::kTemplate ? 10 : 0;
}

Qid DumpWorld::qid(std::uint32_t page) const {
  return static_cast<Qid>(page) * 7 + 13;  // with gaps, and no page id
}

std::string DumpWorld::title(std::uint32_t wiki, std::uint32_t page) const {
  switch (page % 16) {
    case 1:
      return fmt::format("L'\xc3\xa9t\xc3\xa9_{}_(d'{})", page, wiki);
    case 2:
      return fmt::format("C:\\dir\\{}", page);
    case 3:
      return fmt::format("\"Quoted\"_{},({});", page, wiki);
    case 4:
      return fmt::format("\xff\xfe{}\x80", page);  // no UTF-8
    case 5:
      return fmt::format("\xe1\x93\x83\xe1\x94\xa5_{}", page);
    case 6:
      return fmt::format("INSERT_INTO_`page`_VALUES_({},'", page);
    default:
      return fmt::format("Page_{}", page);
  }
}

std::uint32_t DumpWorld::redirect_target(std::uint32_t wiki, std::uint32_t page) const {
  const SimulatedPage self = kind(wiki, page);
  if (self == SimulatedPage::kRedirectToRed) return named(wiki);
  if (self == SimulatedPage::kRedirectCycle) return page % 2 == 0 ? page : std::max(1U, page - 1);  // itself, or near
  return static_cast<std::uint32_t>(draw(wiki, page, kRedirectTo) % pages(wiki)) + 1;
}

std::uint32_t DumpWorld::link_count(std::uint32_t wiki, std::uint32_t page) const {
  if (is_redirect(kind(wiki, page))) return 1;
  const double spread = fraction(draw(wiki, page, kLinkCount));
  return static_cast<std::uint32_t>(params_.mean_links * 1.2 * 2 * spread);
}

// Popular pages have low numbers: the square of a uniform number.
std::uint32_t DumpWorld::link_target(std::uint32_t wiki, std::uint32_t page, std::uint32_t link) const {
  if (link == 0 && is_redirect(kind(wiki, page))) return redirect_target(wiki, page);
  const double at = fraction(draw(wiki, page, kFirstLink + link));
  return static_cast<std::uint32_t>(at * at * named(wiki)) + 1;
}

}  // namespace linktrail
