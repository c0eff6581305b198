#include "collect/sessionizer.h"

#include <algorithm>

namespace linktrail {

namespace {

// Calls work(begin, end) for each run of views for which same(first, other) holds.
template <class Same, class Work>
void for_each_run(std::span<const View> views, Same&& same, Work&& work) {
  for (std::size_t begin = 0; begin < views.size();) {
    std::size_t end = begin + 1;
    while (end < views.size() && same(views[begin], views[end])) ++end;
    work(begin, end);
    begin = end;
  }
}

bool same_actor(const View& a, const View& b) { return a.same_actor(b); }

struct Visit {
  std::uint64_t time_ms = 0;
  Qid qid = kNoQid;
};

// One actor at a time.
class Stream {
 public:
  Stream(const SessionRules& rules, Sequences<Qid>& sessions, SessionCounts& counts)
      : rules_(rules), sessions_(sessions), counts_(counts) {}

  void add(std::span<const View> views, const PageTable& pages) {
    join(views, pages);
    if (visits_.empty()) return;
    const bool main = rules_.main_page != kNoQid && std::any_of(visits_.begin(), visits_.end(), [&](const Visit& v) {
                        return v.qid == rules_.main_page;
                      });
    if (main) {
      counts_.main_page += visits_.size();
      return;
    }
    if (rules_.compat == Compat::kOriginal) collapse();
    split();
  }

 private:
  void join(std::span<const View> views, const PageTable& pages) {
    visits_.clear();
    for (const View& view : views) {
      const std::int64_t found = *pages.find(view.page);
      if (found == kRarePage)
        ++counts_.rare_pages;
      else if (found == kPageWithoutQid)
        ++counts_.without_qid;
      else
        visits_.push_back({view.time_ms(), found});
    }
  }

  // The pipeline in use: repeats go before the stream is split, so the gap behind one is measured from its first view.
  void collapse() {
    const auto end =
        std::unique(visits_.begin(), visits_.end(), [](const Visit& a, const Visit& b) { return a.qid == b.qid; });
    counts_.repeated += static_cast<std::uint64_t>(visits_.end() - end);
    visits_.erase(end, visits_.end());
  }

  void split() {
    const std::uint64_t gap = std::uint64_t{rules_.gap_seconds} * 1000;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= visits_.size(); ++i) {
      if (i < visits_.size() && visits_[i].time_ms - visits_[i - 1].time_ms <= gap) continue;
      finish(begin, i);
      begin = i;
    }
  }

  void finish(std::size_t begin, std::size_t end) {
    session_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      if (!session_.empty() && session_.back() == visits_[i].qid)
        ++counts_.repeated;
      else
        session_.push_back(visits_[i].qid);
    }
    if (session_.size() < rules_.min_length) {
      counts_.too_short += session_.size();
    } else if (session_.size() > rules_.max_length) {
      counts_.too_long += session_.size();
    } else {
      counts_.written += session_.size();
      sessions_.append(session_);
    }
  }

  const SessionRules& rules_;
  Sequences<Qid>& sessions_;
  SessionCounts& counts_;
  std::vector<Visit> visits_;
  std::vector<Qid> session_;
};

}  // namespace

void sort_views(std::vector<View>& views, const std::unordered_map<std::uint32_t, std::uint32_t>& wiki_order) {
  std::sort(views.begin(), views.end(), [&](const View& a, const View& b) {
    if (a.actor != b.actor) return a.actor < b.actor;
    if (a.when != b.when) return a.when < b.when;
    if (page_id_of(a.page) != page_id_of(b.page)) return page_id_of(a.page) < page_id_of(b.page);
    return a.page != b.page && wiki_order.at(wiki_of(a.page)) < wiki_order.at(wiki_of(b.page));
  });
}

std::uint64_t drop_busy_days(std::vector<View>& views, std::uint32_t most) {
  if (most == 0) return 0;
  std::size_t kept = 0;
  for_each_run(
      views, [](const View& a, const View& b) { return a.same_actor(b) && a.day() == b.day(); },
      [&](std::size_t begin, std::size_t end) {
        if (end - begin > most) return;
        if (kept != begin)
          std::copy(views.begin() + static_cast<std::ptrdiff_t>(begin),
                    views.begin() + static_cast<std::ptrdiff_t>(end),
                    views.begin() + static_cast<std::ptrdiff_t>(kept));
        kept += end - begin;
      });
  const std::uint64_t dropped = views.size() - kept;
  views.resize(kept);
  return dropped;
}

void count_actors(std::span<const View> views, PageTable& actors) {
  std::vector<PageKey> pages;
  for_each_run(views, same_actor, [&](std::size_t begin, std::size_t end) {
    pages.clear();
    for (std::size_t i = begin; i < end; ++i) pages.push_back(views[i].page);
    std::sort(pages.begin(), pages.end());
    pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
    for (const PageKey page : pages) ++actors[page];
  });
}

void append_sessions(std::span<const View> views, const PageTable& pages, const SessionRules& rules,
                     Sequences<Qid>& sessions, SessionCounts& counts) {
  Stream stream(rules, sessions, counts);
  for_each_run(views, same_actor,
               [&](std::size_t begin, std::size_t end) { stream.add(views.subspan(begin, end - begin), pages); });
}

}  // namespace linktrail
