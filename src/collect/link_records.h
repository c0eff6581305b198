// The records that the joins of links pass between ranks and to scratch: fixed-size values, no text.
//
// A target is known by 80 bits of a hash of its title beside its wiki. That two of the 120 million titles that a wiki
// may have or link to share them has a chance below 10^-8; over all wikis it stays below 10^-7.
#pragma once

#include <cstdint>
#include <string_view>

#include "collect/page_key.h"
#include "core/hash.h"
#include "core/ids.h"

namespace linktrail {

// An article by its title, or a row of linktarget by its id, in one wiki.
struct TargetKey {
  std::uint64_t low = 0;
  std::uint16_t high = 0;
  std::uint16_t wiki = 0;

  bool operator==(const TargetKey&) const = default;
};

inline constexpr std::uint16_t kIdBit = 0x8000;  // of TargetKey::high: ids and titles do not meet

inline TargetKey title_key(std::uint16_t wiki, std::string_view title) {
  const WideHash hash = wide_hash_bytes(title);
  return {hash.low, static_cast<std::uint16_t>(hash.high & (kIdBit - 1U)), wiki};
}

inline TargetKey id_key(std::uint16_t wiki, std::uint64_t target) { return {target, kIdBit, wiki}; }

// Spreads keys over buckets (by its upper bits) and over the slots of a table (by its lower bits).
inline std::uint64_t spread(const TargetKey& key) {
  return mix64(key.low + (std::uint64_t{key.wiki} << 48) * 0x9e3779b97f4a7c15ULL + key.wiki);
}

// What a link to a target comes to.
enum class TargetKind : std::uint32_t {
  kArticle,
  kArticleByRedirect,
  kWithoutQid,
  kDisambiguation,  // where those are dropped
  kRedirect,        // still a redirect after the hops allowed
  kNowhere,         // a redirect to no page, another namespace or another wiki
  kMissing,         // no such page: a red link
  kOtherSpace,      // in another namespace
};

struct TargetRecord {
  std::uint64_t low = 0;
  std::uint16_t high = 0, wiki = 0;
  TargetKind kind = TargetKind::kArticle;
  Qid qid = kNoQid;

  TargetKey key() const { return {low, high, wiki}; }
  auto operator<=>(const TargetRecord&) const = default;
};

// A title with where it leads: an article, or a redirect to `target`. `kind` of a redirect is kRedirect if it has a
// target, else kNowhere.
struct TitleRecord {
  std::uint64_t low = 0;
  std::uint16_t high = 0, wiki = 0;
  TargetKind kind = TargetKind::kArticle;
  Qid qid = kNoQid;
  std::uint64_t target_low = 0;
  std::uint16_t target_high = 0;
  std::uint16_t unused[3] = {};

  TargetKey key() const { return {low, high, wiki}; }
  TargetKey target() const { return {target_low, target_high, wiki}; }
};

// Where does the redirect `origin` lead, that has led to `low, high` so far?
struct RedirectQuery {
  std::uint64_t low = 0;
  std::uint16_t high = 0, wiki = 0, origin_high = 0, unused = 0;
  std::uint64_t origin_low = 0;

  TargetKey key() const { return {low, high, wiki}; }
  TargetKey origin() const { return {origin_low, origin_high, wiki}; }
};

// A row of linktarget, filed under the title that it names.
struct LinktargetRecord {
  std::uint64_t low = 0;
  std::uint16_t high = 0, wiki = 0;
  std::uint32_t unused = 0;
  std::uint64_t target = 0;

  TargetKey key() const { return {low, high, wiki}; }
};

// A row of pagelinks.
struct LinkRecord {
  std::uint64_t low = 0;
  std::uint16_t high = 0, wiki = 0;
  std::uint32_t from = 0;

  TargetKey key() const { return {low, high, wiki}; }
};

// A link from a page to an article.
struct PairRecord {
  Qid to = kNoQid;
  std::uint32_t from = 0;
  std::uint16_t wiki = 0, unused = 0;
};

static_assert(sizeof(LinkRecord) == 16 && sizeof(PairRecord) == 16 && sizeof(TargetRecord) == 24);

}  // namespace linktrail
