// From the views of an actor to sessions: the rules that look at more than one row, in the documented order.
//
// Each function works on views that lie actor by actor and, within one, by time: sort_views makes them so.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "collect/page_table.h"
#include "collect/pageview_log.h"
#include "collect/view.h"
#include "core/ids.h"
#include "core/sequences.h"

namespace linktrail {

struct SessionRules {
  std::uint32_t max_views_per_day = 500;  // of an actor; 0: any number
  std::uint32_t min_actors = 50;          // that saw a page
  Qid main_page = 5296;                   // kNoQid: no article is special
  std::uint32_t gap_seconds = 3600;       // a longer one ends the session
  std::uint32_t min_length = 2;
  std::uint32_t max_length = 30;
  Compat compat = Compat::kFixed;
};

// What a page came to, as a value of a PageTable.
inline constexpr std::int64_t kPageWithoutQid = -1;  // = kNoQid
inline constexpr std::int64_t kRarePage = -2;        // fewer than min_actors saw it

// What the rules dropped, in views, so that they add up: views = all below together.
struct SessionCounts {
  std::uint64_t views = 0;
  std::uint64_t busy_days = 0;
  std::uint64_t rare_pages = 0;
  std::uint64_t without_qid = 0;
  std::uint64_t main_page = 0;
  std::uint64_t repeated = 0;  // collapsed into the view before
  std::uint64_t too_short = 0;
  std::uint64_t too_long = 0;
  std::uint64_t written = 0;
};

// Sorts by actor, time, page id and the name of the wiki. O(n log n), in place.
void sort_views(std::vector<View>& views, const std::unordered_map<std::uint32_t, std::uint32_t>& wiki_order);

// Drops all views of an actor on a UTC day on which it has more than `most`. Returns how many.
std::uint64_t drop_busy_days(std::vector<View>& views, std::uint32_t most);

// Adds 1 to the value of every page that an actor saw, once an actor. Exact; the pipeline in use estimates by
// HyperLogLog, so pages near the limit can fall on the other side there.
void count_actors(std::span<const View> views, PageTable& actors);

// Applies the remaining rules. The value of a page in `pages` is its QID, kRarePage or kPageWithoutQid; every page of
// `views` is in it. Appends the sessions, actor by actor: their order says who read what and must not be written.
void append_sessions(std::span<const View> views, const PageTable& pages, const SessionRules& rules,
                     Sequences<Qid>& sessions, SessionCounts& counts);

}  // namespace linktrail
