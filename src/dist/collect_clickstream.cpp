#include "dist/collect_clickstream.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "collect/clickstream_log.h"
#include "collect/fields.h"
#include "collect/page_table.h"
#include "collect/sessionizer.h"
#include "comm/agreement.h"
#include "comm/exchange.h"
#include "corpus/qid_text.h"
#include "dist/input_files.h"
#include "dist/key_join.h"
#include "dist/piece_lines.h"

namespace linktrail::dist {

namespace {

constexpr std::size_t kBatchRows = 1UL << 18;

// What became of the rows, in the order in which it is asked.
enum Fate : std::size_t {
  kRows,
  kBroken,
  kSelf,
  kNoQidTo,
  kNoQidFrom,
  kMainPage,
  kNotFollowed,
  kSteps,
  kEntries,
  kFates
};

// The wiki of each file. Throws InputError.
std::vector<std::string> wikis_of(std::span<const InputFile> files, const std::string& given) {
  std::vector<std::string> wikis;
  for (const InputFile& file : files) {
    wikis.push_back(given.empty() ? wiki_of_file(file.path) : given);
    if (wikis.back().empty())
      throw InputError(fmt::format(
          "{}: the name does not say the wiki; expected one such as clickstream-enwiki-2026-10.tsv.gz; give --wiki",
          file.path));
  }
  return wikis;
}

// Rows of titles as keys, for the join.
class TitleRows {
 public:
  TitleRows(std::span<const std::string> inputs, std::span<const std::string> wikis, const comm::Communicator& comm)
      : files_(expand_inputs_on_root(inputs, comm)), wikis_(wikis.begin(), wikis.end()), lines_(files_, comm) {}

  bool next(std::vector<KeyQid>& batch) {
    std::string_view line;
    std::array<std::string_view, 3> fields;
    while (batch.size() < kBatchRows) {
      if (!lines_.next(line)) return false;
      if (line.empty()) continue;
      const std::size_t count = split_fields(line, fields);
      if ((count != 2 && count != 3) || fields[count - 1].empty())
        refuse_line(lines_.reader(), "not a title row", "qid<TAB>title or wiki_db<TAB>qid<TAB>title", line,
                    "check the columns");
      const Qid qid = parse_qid(fields[count - 2]);
      if (qid == kNoQid)
        refuse_line(lines_.reader(), "not a QID", "a QID such as Q42", fields[count - 2], "check the columns");
      batch.push_back({title_key(count == 3 ? fields[0] : only_wiki(), fields[count - 1]), qid});
    }
    return true;
  }

 private:
  std::string_view only_wiki() const {
    if (wikis_.size() != 1)
      refuse_line(lines_.reader(), "a title without its wiki, for clicks of several wikis", "wiki_db<TAB>qid<TAB>title",
                  {}, "give titles of all wikis, or collect each wiki alone");
    return *wikis_.begin();
  }

  std::vector<InputFile> files_;
  std::set<std::string> wikis_;
  PieceLines lines_;
};

struct Row {
  std::uint64_t prev = 0, curr = 0;  // title keys; prev is 0 from outside
  std::uint64_t count = 0;
  ClickType type = ClickType::kExternal;
};

// The rows that this rank reads, as keys.
struct Read {
  std::vector<Row> rows;
  PageTable keys;
  std::array<std::uint64_t, kFates> fates{};
};

Read read_clicks(std::span<const InputFile> files, std::span<const std::string> wikis, const ClickstreamParams& params,
                 const comm::Communicator& comm) {
  Read read;
  PieceLines lines(files, comm);
  std::string_view line;
  Click click;
  while (lines.next(line)) {
    if (line.empty()) continue;
    ++read.fates[kRows];
    if (const char* expected = parse_click(line, click)) {
      if (params.malformed == Malformed::kRefuse)
        refuse_line(lines.reader(), "not a row of a clickstream", expected, line,
                    "fetch the file again, or count such rows and go on with --malformed skip");
      ++read.fates[kBroken];
      continue;
    }
    const std::string& wiki = wikis[lines.file()];
    Row row;
    row.prev = click.type == ClickType::kExternal ? 0 : title_key(wiki, click.prev);
    row.curr = title_key(wiki, click.curr);
    row.count = click.count;
    row.type = click.type;
    if (row.prev == row.curr) {
      ++read.fates[kSelf];
      continue;
    }
    if (row.prev != 0) ++read.keys[row.prev];
    ++read.keys[row.curr];
    read.rows.push_back(row);
  }
  return read;
}

struct Kept {
  std::vector<ClickEdge> edges;
  std::vector<ClickArticle> articles;
};

// Why a row is no edge, or which kind it is.
Fate fate_of(const Row& row, Qid from, Qid to, const ClickstreamParams& params) {
  if (to < 0) return kNoQidTo;
  if (row.prev != 0 && from < 0) return kNoQidFrom;
  if (params.main_page != kNoQid && (to == params.main_page || from == params.main_page)) return kMainPage;
  if (from == to) return kSelf;
  if (row.prev == 0) return kEntries;
  const bool followed = params.transitions == Transitions::kAll || row.type == ClickType::kLink;
  return followed ? kSteps : kNotFollowed;
}

Kept keep(Read& read, const ClickstreamParams& params) {
  Kept kept;
  PageTable arrivals;
  for (const Row& row : read.rows) {
    const Qid to = *read.keys.find(row.curr), from = row.prev == 0 ? kNoQid : *read.keys.find(row.prev);
    const Fate fate = fate_of(row, from, to, params);
    ++read.fates[fate];
    if (to >= 0 && to != params.main_page) arrivals[row.curr] += static_cast<std::int64_t>(row.count);
    if (fate == kSteps || fate == kEntries) kept.edges.push_back({row.prev, row.curr, row.count});
    if (fate == kSteps) arrivals[row.prev] += 0;  // an article, though it may have no arrivals of its own here
  }
  arrivals.for_each([&](std::uint64_t key, std::int64_t count) {
    kept.articles.push_back({key, *read.keys.find(key), static_cast<std::uint64_t>(count)});
  });
  return kept;
}

// Collective. Items with the same identity, which are owned by one rank, become one; then every rank gets all.
template <class T, class Identity, class Merge>
std::vector<T> unite(std::vector<T> items, Identity identity, Merge merge, const comm::Communicator& comm) {
  auto owned =
      comm::exchange_by_owner<T>(
          items, [&](const T& item) { return owner_of(static_cast<Qid>(std::get<0>(identity(item))), comm.size()); },
          comm)
          .data;
  comm::agreed(comm, [&] {
    std::sort(owned.begin(), owned.end(), [&](const T& a, const T& b) { return identity(a) < identity(b); });
    std::size_t kept = 0;
    for (const T& item : owned) {
      if (kept > 0 && identity(owned[kept - 1]) == identity(item))
        merge(owned[kept - 1], item);
      else
        owned[kept++] = item;
    }
    owned.resize(kept);
  });
  return comm::all_gather<T>(std::span<const T>(owned), comm);
}

RuleCounts counts_of(const Read& read, const JoinCounts& join, const comm::Communicator& comm) {
  static constexpr std::array<const char*, kFates> kNames{"rows read",
                                                          "malformed rows",
                                                          "rows from an article to itself",
                                                          "rows to an article without a QID",
                                                          "rows from an article without a QID",
                                                          "rows of the main page",
                                                          "rows between articles without a link",
                                                          "rows between articles",
                                                          "rows from outside"};
  auto fates = read.fates;
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(fates), comm::ReduceOp::kSum, comm);
  RuleCounts counts;
  for (std::size_t i = 0; i < kFates; ++i) counts.push_back({kNames[i], fates[i]});
  counts.push_back({"titles seen", join.keys});
  counts.push_back({"titles without a QID", join.without});
  counts.push_back({"titles with several QIDs, the lowest taken", join.conflicts});
  return counts;
}

}  // namespace

CollectedClicks collect_clicks(const ClickstreamParams& params, const comm::Communicator& comm) {
  const std::vector<InputFile> files = expand_inputs_on_root(params.clicks, comm);
  const std::vector<std::string> wikis = comm::agreed(comm, [&] { return wikis_of(files, params.wiki); });
  TitleRows titles(params.titles, wikis, comm);
  Read read = comm::agreed(comm, [&] { return read_clicks(files, wikis, params, comm); });
  const JoinCounts join = join_qids(
      read.keys, 1, [&](std::vector<KeyQid>& rows) { return titles.next(rows); }, comm);
  Kept kept = comm::agreed(comm, [&] { return keep(read, params); });
  const RuleCounts counts = counts_of(read, join, comm);
  read = {};
  auto edges = unite(
      std::move(kept.edges), [](const ClickEdge& e) { return std::tuple(e.to, e.from); },
      [](ClickEdge& into, const ClickEdge& e) { into.count += e.count; }, comm);
  auto articles = unite(
      std::move(kept.articles), [](const ClickArticle& a) { return std::tuple(a.key); },
      [](ClickArticle& into, const ClickArticle& a) { into.arrivals += a.arrivals; }, comm);
  return {comm::agreed(comm, [&] { return ClickGraph(std::move(articles), std::move(edges)); }), counts};
}

}  // namespace linktrail::dist
