#include "dist/collect_sessions.h"

#include <array>
#include <chrono>
#include <random>

#include "collect/pageview_rules.h"
#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/input_files.h"
#include "dist/key_join.h"
#include "dist/page_qid_lines.h"
#include "dist/view_exchange.h"

namespace linktrail::dist {

namespace {

constexpr std::size_t kBatchRows = 1UL << 18;

ActorKey draw_key(const comm::Communicator& comm) {
  std::vector<std::uint64_t> words(2);
  comm::agreed_on_root(comm, [&] {
    std::random_device device;
    for (std::uint64_t& word : words) word = (std::uint64_t{device()} << 32) | device();
  });
  words = comm::broadcast(std::move(words), 0, comm);
  return {words[0], words[1]};
}

// The table, in batches, as the join asks for rows.
class QidTable {
 public:
  QidTable(std::span<const std::string> inputs, const comm::Communicator& comm)
      : files_(expand_inputs_on_root(inputs, comm)), lines_(files_, comm) {}

  bool next(std::vector<KeyQid>& batch) {
    PageQid row;
    while (batch.size() < kBatchRows) {
      if (!lines_.next(row)) return false;
      batch.push_back({page_key(hash_of(row.wiki), row.page), row.qid});
    }
    return true;
  }

  const WikiNames& wikis() const { return wikis_; }

 private:
  // Tables are mostly sorted by wiki.
  std::uint32_t hash_of(std::string_view wiki) {
    if (wiki != last_wiki_) {
      last_hash_ = wikis_.add(wiki);
      last_wiki_ = wiki;
    }
    return last_hash_;
  }

  std::vector<InputFile> files_;
  PageQidLines lines_;
  WikiNames wikis_;
  std::string last_wiki_;
  std::uint32_t last_hash_ = 0;
};

// One rank's part of a collection.
class Collection {
 public:
  Collection(const CollectParams& params, const comm::Communicator& comm)
      : params_(params),
        comm_(comm),
        input_(open_pageview_files(params.logs, comm)),
        read_{.filters = params.filters,
              .key = draw_key(comm),
              .malformed = params.malformed,
              .limit = params.memory,
              .max_views_per_day = params.rules.max_views_per_day} {}

  CollectedSessions run() {
    QidTable table(params_.qids, comm_);  // looked at first: a wrong path must not cost the hours before
    count_pages();
    join(table);
    make_sessions();
    return result();
  }

 private:
  void read(std::uint64_t number) {
    views_.clear();
    slice_.number = number;
    const auto begin = std::chrono::steady_clock::now();
    const RowCounts counts = read_views(input_, read_, slice_, views_, wikis_, comm_);
    read_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (number == 0 && rows_.rows == 0) rows_ = counts;
    busy_at_reading_ = counts.busy_days;
    ++passes_;
  }

  // Sorts the views and applies the rule of the day, which comes before pages are counted. Returns how many went.
  std::uint64_t prepare() {
    const auto order = wikis_.order();
    std::uint64_t busy = 0;
    for (std::vector<View>& bucket : views_.all()) {
      sort_views(bucket, order);
      busy += drop_busy_days(bucket, params_.rules.max_views_per_day);
    }
    return busy;
  }

  void count_pages() {
    std::uint64_t number = 0;
    do {
      read(number);
      comm::agreed(comm_, [&] {
        for (const auto& bucket : views_.all()) counts_.views += bucket.size();
        counts_.views += busy_at_reading_;
        counts_.busy_days += busy_at_reading_ + prepare();
        for (const auto& bucket : views_.all()) count_actors(bucket, pages_);
      });
    } while (++number < slice_.count());
  }

  void join(QidTable& table) {
    join_ = join_qids(
        pages_, params_.rules.min_actors, [&](std::vector<KeyQid>& rows) { return table.next(rows); }, comm_);
    // Names of the table only matter where they share a hash with one of the logs.
    const std::string text = table.wikis().text() + wikis_.text();
    const std::vector<char> all = comm::all_gather<char>(std::span<const char>(text), comm_);
    comm::agreed(comm_, [&] { WikiNames().add_text({all.data(), all.size()}); });
  }

  // The views of the last slice are still here.
  void make_sessions() {
    const std::uint64_t slices = slice_.count();
    append();
    read_.fit = SliceFit::kKnown;  // and must stay as they were counted
    for (std::uint64_t number = 0; number + 1 < slices; ++number) {
      read(number);
      comm::agreed(comm_, [&] { prepare(); });
      append();
    }
    views_.clear();
  }

  void append() {
    comm::agreed(comm_, [&] {
      for (std::vector<View>& bucket : views_.all()) {
        append_sessions(bucket, pages_, params_.rules, sessions_, counts_);
        std::vector<View>().swap(bucket);
      }
    });
  }

  CollectedSessions result();

  const CollectParams& params_;
  const comm::Communicator& comm_;
  PageviewFiles input_;
  ReadParams read_;
  ActorSlice slice_;
  ViewBuckets views_;
  WikiNames wikis_;
  PageTable pages_;
  RowCounts rows_;
  std::uint64_t busy_at_reading_ = 0;  // in the last pass
  SessionCounts counts_;
  JoinCounts join_;
  Sequences<Qid> sessions_;
  std::uint64_t passes_ = 0;
  double read_seconds_ = 0;
};

void refuse_empty(std::uint64_t rows) {
  if (rows == 0)
    throw InputError(
        "the pageview logs hold no row; expected a header and at least one row; check that the export "
        "finished");
}

std::uint32_t files_lacking_filters(const PageviewFiles& input) {
  constexpr auto kNone = PageviewColumns::kNone;
  std::uint32_t files = 0;
  for (const PageviewColumns& c : input.columns)
    files += c.flag == kNone || c.agent == kNone || c.access == kNone || c.name_space == kNone ? 1 : 0;
  return files;
}

CollectedSessions Collection::result() {
  std::vector<std::uint64_t> sums{rows_.rows};
  sums.insert(sums.end(), rows_.dropped.begin(), rows_.dropped.end());
  for (const std::uint64_t count : {counts_.busy_days, counts_.rare_pages, counts_.without_qid, counts_.main_page,
                                    counts_.repeated, counts_.too_short, counts_.too_long, counts_.written})
    sums.push_back(count);
  sums.push_back(sessions_.size());
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(sums), comm::ReduceOp::kSum, comm_);
  comm::agreed(comm_, [&] { refuse_empty(sums[0]); });
  const std::vector<std::string> names = collect_rule_names(params_.filters, params_.rules);
  CollectedSessions result{.sessions = std::move(sessions_), .counts = {}, .total = sums.back(), .passes = passes_};
  for (std::size_t i = 0; i < names.size(); ++i) result.counts.push_back({names[i], sums[i]});
  result.counts.push_back({"pages seen", join_.keys});
  result.counts.push_back({"pages seen by too few actors", join_.rare});
  result.counts.push_back({"pages without a QID", join_.without});
  result.counts.push_back({"pages with several QIDs, the lowest taken", join_.conflicts});
  result.read_seconds = read_seconds_;
  result.missing_filters = files_lacking_filters(input_);
  return result;
}

}  // namespace

CollectedSessions collect_sessions(const CollectParams& params, const comm::Communicator& comm) {
  Collection collection = Collection(params, comm);
  return collection.run();
}

}  // namespace linktrail::dist
