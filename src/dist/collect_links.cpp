#include "dist/collect_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>

#include "collect/link_joins.h"
#include "collect/part_plan.h"
#include "collect/qid_table.h"
#include "comm/agreement.h"
#include "comm/collectives.h"
#include "corpus/qid_text.h"
#include "corpus/shard_plan.h"
#include "dist/collect_links_input.h"
#include "dist/collect_links_output.h"
#include "dist/input_files.h"
#include "dist/record_shuffle.h"

namespace linktrail::dist {

namespace {

// What a rank holds beside the stores and the buffers that depend on the limit: program, MPI, decoders, writers.
constexpr std::uint64_t kFixedBytes = 64UL << 20;
constexpr std::uint64_t kFewestBytes = 64UL << 20;

// Of the input, decompressed, a bucket of the joins by hash: its table stays in the L2 cache, its links in memory.
constexpr std::uint64_t kInputPerBucket = 16UL << 20;
constexpr std::uint64_t kExpansion = 4;  // of a compressed dump

constexpr std::size_t kChunkRecords = 16 << 10;
constexpr std::size_t kChunkBytes = 1UL << 20;

struct Memory {
  std::uint64_t pool = 0;    // of the stores of a rank
  std::uint64_t outbox = 0;  // of each shuffle: at most three live, each packed and received once more
};

Memory share_memory(std::uint64_t node_bytes, int ranks_of_node) {
  const std::uint64_t rank_bytes = node_bytes / static_cast<std::uint64_t>(ranks_of_node);
  const std::uint64_t usable = std::max(kFewestBytes, rank_bytes - std::min(rank_bytes, kFixedBytes));
  return {.pool = usable / 8 * 5, .outbox = std::clamp<std::uint64_t>(usable / 64, 256UL << 10, 16UL << 20)};
}

std::size_t count_buckets(const DumpSet& dumps, int ranks) {
  std::uint64_t bytes = 0;
  for (const DumpFile& file : dumps.files)
    bytes += file.input.bytes * (file.input.compression == Compression::kNone ? 1 : kExpansion);
  const auto least = static_cast<std::uint64_t>(ranks) * 4;
  return std::clamp<std::uint64_t>(bytes / kInputPerBucket, least, std::max<std::uint64_t>(least, 4096));
}

// Walks through the records of all own buckets, a chunk at a time.
struct Cursor {
  std::size_t bucket = 0;
  std::uint64_t offset = 0;
};

struct LinkCounts {
  std::uint64_t from_other_space = 0, to_other_space = 0;
};

}  // namespace

class LinkCollector {
 public:
  LinkCollector(const CollectLinksParams& params, const std::function<void(const CollectLinksProgress&)>& on_progress,
                const comm::Communicator& comm);
  CollectedLinks run();

 private:
  using Shuffle = std::unique_ptr<RecordShuffle>;

  Shuffle make_shuffle() { return make_shuffle(buckets_); }
  Shuffle make_shuffle(std::size_t buckets) {
    return std::make_unique<RecordShuffle>(buckets, memory_.outbox, pool_, comm_);
  }
  template <class Record>
  static void push(RecordShuffle& to, const Record& record) {
    to.push_record(to.owners().bucket_of(spread(record.key())), record);
  }
  void rounds(std::initializer_list<RecordShuffle*> shuffles, const std::function<bool()>& step,
              std::function<double()> local_done = {});
  void report(double fraction) const;
  void enter(std::string_view phase, double begin, double end);
  double part_of(std::uint64_t done, std::uint64_t total) const;

  void read_facts();
  bool read_qids(std::span<const InputFile> files, std::span<const QidColumns> columns, const ShardPlan& plan,
                 std::size_t& next);
  void push_fact(const PageFact& fact, std::string_view title);
  void push_page(std::uint16_t wiki, const PageRow& row);
  void push_redirect(std::uint16_t wiki, const RedirectRow& row);
  void push_prop(std::uint16_t wiki, const PagePropRow& row);
  void join_facts();
  void push_title(const TitleRecord& title);
  void follow_all();
  void follow_hop(RecordShuffle& queries, RecordShuffle& next, LastHop last);
  void read_linktargets();
  void join_linktargets(RecordShuffle& linktargets);
  void read_links();
  void push_link(std::uint16_t wiki, const PagelinkRow& row);
  void send_pages();
  void resolve_all();
  void write_all();
  CollectedLinks result(const LinkFiles& files);

  const CollectLinksParams& params_;
  const std::function<void(const CollectLinksProgress&)>& on_progress_;
  const comm::Communicator& comm_;
  DumpSet dumps_;
  std::size_t buckets_ = 1;
  Memory memory_;
  BlockPool pool_;
  PageWeights weights_;
  std::unique_ptr<PartPlan> parts_;
  InputTally input_;
  LinkCounts link_counts_;
  LinkTally links_tally_;
  GroupTally group_tally_;
  PageJoin page_tally_;  // its counts only
  std::string scratch_text_;
  std::string_view phase_;
  double phase_begin_ = 0, phase_end_ = 0;
  Shuffle facts_, titles_, targets_, queries_, id_targets_, links_, pages_, pairs_;
  std::unique_ptr<RecordStore> own_pages_;
};

namespace {

std::vector<DumpTable> tables_needed(const CollectLinksParams& params) {
  std::vector<DumpTable> tables{DumpTable::kPage, DumpTable::kPagelinks};
  if (params.redirect_hops > 0) tables.push_back(DumpTable::kRedirect);
  const bool qids_from_props = params.pages.ids == PageIds::kQid && params.qids.empty();
  if (qids_from_props || params.pages.disambiguation == Disambiguation::kDrop) tables.push_back(DumpTable::kPageProps);
  return tables;
}

}  // namespace

LinkCollector::LinkCollector(const CollectLinksParams& params,
                             const std::function<void(const CollectLinksProgress&)>& on_progress,
                             const comm::Communicator& comm)
    : params_(params),
      on_progress_(on_progress),
      comm_(comm),
      dumps_(find_dumps_on_root(params.dumps, params.wikis, tables_needed(params), comm)),
      buckets_(count_buckets(dumps_, comm.size())),
      memory_(share_memory(params.memory_bytes, comm.split_by_node().size())),
      pool_(memory_.pool, params.scratch),
      weights_(dumps_.wikis.size()) {
  comm::agreed(comm, [&] {
    if (params.pages.ids == PageIds::kPage && dumps_.wikis.size() != 1)
      throw UsageError(fmt::format("--ids page: page ids mean nothing beyond one wiki; found {} wikis; name one by --wikis",
                                   dumps_.wikis.size()));
  });
}

void LinkCollector::rounds(std::initializer_list<RecordShuffle*> shuffles, const std::function<bool()>& step,
                           std::function<double()> local_done) {
  const auto on_round = [&] {
    if (!local_done) return;
    std::array<double, 1> done{comm::agreed(comm_, local_done) / comm_.size()};
    comm::all_reduce<double>(std::span<double>(done), comm::ReduceOp::kSum, comm_);
    report(done[0]);
  };
  run_rounds(std::span<RecordShuffle* const>(shuffles.begin(), shuffles.size()), step, on_round, comm_);
}

void LinkCollector::report(double fraction) const {
  if (on_progress_) on_progress_({phase_, phase_begin_ + (phase_end_ - phase_begin_) * std::min(fraction, 1.0)});
}

void LinkCollector::enter(std::string_view phase, double begin, double end) {
  phase_ = phase;
  phase_begin_ = begin;
  phase_end_ = end;
  report(0);
}

double LinkCollector::part_of(std::uint64_t done, std::uint64_t total) const {
  return total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
}

// Facts of pages -------------------------------------------------------------------------------------------------

void LinkCollector::push_fact(const PageFact& fact, std::string_view title) {
  scratch_text_.clear();
  append_fact(fact, title, scratch_text_);
  facts_->push(facts_->owners().bucket_of(mix64(page_key(fact.wiki, fact.page) + 1)), scratch_text_);
}

void LinkCollector::push_page(std::uint16_t wiki, const PageRow& row) {
  if (row.space != 0) return;
  push_fact({.page = row.page,
             .wiki = wiki,
             .kind = row.is_redirect ? FactKind::kRedirectPage : FactKind::kPage,
             .title_bytes = static_cast<std::uint8_t>(row.title.size())},
            row.title);
}

void LinkCollector::push_redirect(std::uint16_t wiki, const RedirectRow& row) {
  if (row.space != 0 || row.leaves_wiki) return;  // leads nowhere, as without a row
  const TargetKey key = title_key(wiki, row.title);
  push_fact({.page = row.from, .wiki = wiki, .kind = FactKind::kRedirectTo, .value = key.low, .high = key.high}, {});
}

void LinkCollector::push_prop(std::uint16_t wiki, const PagePropRow& row) {
  if (row.name == "disambiguation") {
    push_fact({.page = row.page, .wiki = wiki, .kind = FactKind::kDisambiguation}, {});
  } else if (row.name == "wikibase_item" && params_.qids.empty()) {
    const Qid qid = parse_qid(row.value);
    if (qid == kNoQid)
      ++input_.malformed;
    else
      push_fact({.page = row.page, .wiki = wiki, .kind = FactKind::kQid, .value = static_cast<std::uint64_t>(qid)}, {});
  }
}

bool LinkCollector::read_qids(std::span<const InputFile> files, std::span<const QidColumns> columns,
                              const ShardPlan& plan, std::size_t& next) {
  const auto& own = plan.of_rank[static_cast<std::size_t>(comm_.rank())];
  if (next == own.size()) return false;
  const Piece& piece = plan.pieces[own[next++]];
  LineReader lines(files[piece.file], piece);
  read_qid_rows(lines, columns[piece.file], [&](std::string_view name, std::uint32_t page, Qid qid) {
    const auto wiki = std::find(dumps_.wikis.begin(), dumps_.wikis.end(), name);
    if (wiki == dumps_.wikis.end()) return;  // the table may be of all wikis
    push_fact({.page = page,
               .wiki = static_cast<std::uint16_t>(wiki - dumps_.wikis.begin()),
               .kind = FactKind::kQid,
               .value = static_cast<std::uint64_t>(qid)},
              {});
  });
  return true;
}

void LinkCollector::read_facts() {
  enter("pages", 0, 0.2);
  facts_ = make_shuffle();
  const auto plan = plan_files(dumps_, {DumpTable::kPage, DumpTable::kRedirect, DumpTable::kPageProps}, comm_.size());
  const auto& own = plan[static_cast<std::size_t>(comm_.rank())];
  TableFeed<PageRows, PageRow> pages(own, DumpTable::kPage, input_);
  TableFeed<RedirectRows, RedirectRow> redirects(own, DumpTable::kRedirect, input_);
  TableFeed<PagePropRows, PagePropRow> props(own, DumpTable::kPageProps, input_);
  const std::vector<InputFile> tables =
      params_.qids.empty() ? std::vector<InputFile>{} : expand_inputs_on_root(params_.qids, comm_);
  const std::vector<QidColumns> columns = comm::agreed(comm_, [&] {
    std::vector<QidColumns> headers;
    for (const InputFile& table : tables) headers.push_back(read_qid_header(table));
    return headers;
  });
  const ShardPlan pieces = plan_shards(tables, comm_.size());
  std::size_t next_piece = 0;
  std::uint64_t total = 0;
  for (const DumpFile* file : own) total += file->input.bytes;
  const auto full = [&] { return facts_->full(); };
  rounds(
      {facts_.get()},
      [&] {
        return pages.run([&](auto wiki, const PageRow& row) { push_page(wiki, row); }, full) ||
               redirects.run([&](auto wiki, const RedirectRow& row) { push_redirect(wiki, row); }, full) ||
               props.run([&](auto wiki, const PagePropRow& row) { push_prop(wiki, row); }, full) ||
               read_qids(tables, columns, pieces, next_piece);
      },
      [&] { return part_of(pages.file_bytes() + redirects.file_bytes() + props.file_bytes(), total); });
}

void LinkCollector::push_title(const TitleRecord& title) {
  if (params_.redirect_hops > 0) push(*titles_, title);
  TargetRecord target = target_of(title);
  if (title.kind == TargetKind::kRedirect && params_.redirect_hops > 0) {
    push(*queries_, RedirectQuery{.low = title.target_low,
                                  .high = title.target_high,
                                  .wiki = title.wiki,
                                  .origin_high = title.high,
                                  .origin_low = title.low});
    return;
  }
  if (title.kind == TargetKind::kNowhere && params_.redirect_hops == 0) target.kind = TargetKind::kRedirect;
  push(*targets_, target);
}

void LinkCollector::join_facts() {
  enter("titles", 0.2, 0.25);
  titles_ = make_shuffle();
  targets_ = make_shuffle();
  queries_ = make_shuffle();
  own_pages_ = std::make_unique<RecordStore>(1, pool_);
  std::size_t bucket = 0;
  rounds(
      {titles_.get(), targets_.get(), queries_.get()},
      [&] {
        if (bucket == facts_->own_count()) return false;
        const std::vector<char> bytes = facts_->store().load<char>(bucket);
        facts_->store().drop(bucket++);
        const PageJoin join = join_pages({bytes.data(), bytes.size()}, params_.pages);
        for (const TitleRecord& title : join.titles) push_title(title);
        for_each_page(join.pages, [&](const Page& page, std::string_view) { weights_.add(page.wiki, page.page); });
        own_pages_->append(0, join.pages);
        page_tally_.pages_kept += join.pages_kept;
        page_tally_.redirects += join.redirects;
        page_tally_.with_qid += join.with_qid;
        page_tally_.disambiguations += join.disambiguations;
        page_tally_.repeated += join.repeated;
        return bucket < facts_->own_count();
      },
      [&] { return part_of(bucket, facts_->own_count()); });
  facts_.reset();
}

// Redirects ------------------------------------------------------------------------------------------------------

void LinkCollector::follow_all() {
  enter("redirects", 0.25, 0.3);
  for (std::uint32_t hop = 1; hop <= params_.redirect_hops; ++hop) {
    std::uint64_t waiting = 0;
    for (std::size_t bucket = 0; bucket < queries_->own_count(); ++bucket) waiting += queries_->store().bytes(bucket);
    if (comm::all_reduce<std::uint64_t>(waiting, comm::ReduceOp::kMax, comm_) == 0) break;
    Shuffle next = make_shuffle();
    follow_hop(*queries_, *next, hop == params_.redirect_hops ? LastHop::kYes : LastHop::kNo);
    queries_ = std::move(next);
  }
  queries_.reset();
  titles_.reset();
}

void LinkCollector::follow_hop(RecordShuffle& queries, RecordShuffle& next, LastHop last) {
  std::size_t bucket = 0;
  rounds({&next, targets_.get()}, [&] {
    if (bucket == queries.own_count()) return false;
    const KeyTable<TitleRecord> titles(titles_->store().load<TitleRecord>(bucket));
    const RedirectStep step = follow_redirects(titles, queries.store().load<RedirectQuery>(bucket), last);
    for (const TargetRecord& answer : step.answers) push(*targets_, answer);
    for (const RedirectQuery& query : step.further) push(next, query);
    queries.store().drop(bucket++);
    return bucket < queries.own_count();
  });
}

// Linktargets ----------------------------------------------------------------------------------------------------

void LinkCollector::read_linktargets() {
  enter("linktargets", 0.3, 0.4);
  id_targets_ = make_shuffle();
  Shuffle linktargets = make_shuffle();
  const auto plan = plan_files(dumps_, {DumpTable::kLinktarget}, comm_.size());
  const auto& own = plan[static_cast<std::size_t>(comm_.rank())];
  TableFeed<LinktargetRows, LinktargetRow> feed(own, DumpTable::kLinktarget, input_);
  std::uint64_t total = 0;
  for (const DumpFile* file : own) total += file->input.bytes;
  const auto on_row = [&](std::uint16_t wiki, const LinktargetRow& row) {
    if (row.space == 0) {
      const TargetKey key = title_key(wiki, row.title);
      push(*linktargets, LinktargetRecord{.low = key.low, .high = key.high, .wiki = wiki, .target = row.target});
    } else {
      const TargetKey key = id_key(wiki, row.target);
      push(*id_targets_,
           TargetRecord{.low = key.low, .high = key.high, .wiki = wiki, .kind = TargetKind::kOtherSpace});
    }
  };
  rounds(
      {linktargets.get(), id_targets_.get()},
      [&] { return feed.run(on_row, [&] { return linktargets->full() || id_targets_->full(); }); },
      [&] { return part_of(feed.file_bytes(), total); });
  join_linktargets(*linktargets);
}

void LinkCollector::join_linktargets(RecordShuffle& linktargets) {
  std::size_t bucket = 0;
  rounds({id_targets_.get()}, [&] {
    if (bucket == linktargets.own_count()) return false;
    const KeyTable<TargetRecord> targets(targets_->store().load<TargetRecord>(bucket));
    const auto rows = linktargets.store().load<LinktargetRecord>(bucket);
    for (const TargetRecord& target : resolve_linktargets(targets, rows)) push(*id_targets_, target);
    linktargets.store().drop(bucket++);
    return bucket < linktargets.own_count();
  });
}

// Links ----------------------------------------------------------------------------------------------------------

void LinkCollector::push_link(std::uint16_t wiki, const PagelinkRow& row) {
  if (row.from_space != 0) {
    ++link_counts_.from_other_space;
    return;
  }
  if (row.space != 0) {
    ++link_counts_.to_other_space;
    return;
  }
  const TargetKey key = row.title.data() != nullptr ? title_key(wiki, row.title) : id_key(wiki, row.target);
  push(*links_, LinkRecord{.low = key.low, .high = key.high, .wiki = wiki, .from = row.from});
  weights_.add(wiki, row.from);
}

void LinkCollector::read_links() {
  enter("links", 0.4, 0.75);
  links_ = make_shuffle();
  const auto plan = plan_files(dumps_, {DumpTable::kPagelinks}, comm_.size());
  const auto& own = plan[static_cast<std::size_t>(comm_.rank())];
  TableFeed<PagelinkRows, PagelinkRow> feed(own, DumpTable::kPagelinks, input_);
  std::uint64_t total = 0;
  for (const DumpFile* file : own) total += file->input.bytes;
  rounds(
      {links_.get()},
      [&] {
        return feed.run([&](auto wiki, const PagelinkRow& row) { push_link(wiki, row); },
                        [&] { return links_->full(); });
      },
      [&] { return part_of(feed.file_bytes(), total); });
}

// The sums over ranks of the weights, and the pages to the ranks of their parts.
void LinkCollector::send_pages() {
  for (auto& runs : weights_.runs()) {
    runs.resize(comm::all_reduce<std::uint64_t>(runs.size(), comm::ReduceOp::kMax, comm_));
    comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(runs), comm::ReduceOp::kSum, comm_);
  }
  parts_ = std::make_unique<PartPlan>(weights_);
  pages_ = make_shuffle(parts_->size());
  std::uint64_t offset = 0;
  std::vector<char> chunk(kChunkBytes);
  rounds({pages_.get()}, [&] {
    const std::size_t got = own_pages_->read(0, offset, chunk);
    const std::size_t taken = for_each_page({chunk.data(), got}, [&](const Page& page, std::string_view title) {
      scratch_text_.clear();
      append_page(page, title, scratch_text_);
      pages_->push(parts_->part_of(page.wiki, page.page), scratch_text_);
    });
    offset += taken;
    return taken > 0;
  });
  own_pages_.reset();
}

void LinkCollector::resolve_all() {
  enter("resolving", 0.75, 0.85);
  pairs_ = make_shuffle(parts_->size());
  Cursor cursor;
  std::optional<KeyTable<TargetRecord>> targets;
  std::vector<LinkRecord> chunk(kChunkRecords);
  std::vector<PairRecord> pairs;
  const auto next_chunk = [&] {
    if (!targets) {
      auto records = targets_->store().load<TargetRecord>(cursor.bucket);
      const auto by_id = id_targets_->store().load<TargetRecord>(cursor.bucket);
      records.insert(records.end(), by_id.begin(), by_id.end());
      targets.emplace(std::move(records));
    }
    const std::size_t got = links_->store().read(
        cursor.bucket, cursor.offset, {reinterpret_cast<char*>(chunk.data()), chunk.size() * sizeof(LinkRecord)});
    cursor.offset += got;
    pairs.clear();
    resolve_links(*targets, std::span(chunk).first(got / sizeof(LinkRecord)), links_tally_, pairs);
    for (const PairRecord& pair : pairs) pairs_->push_record(parts_->part_of(pair.wiki, pair.from), pair);
    if (got > 0) return;
    for (RecordShuffle* shuffle : {targets_.get(), id_targets_.get(), links_.get()}) shuffle->store().drop(cursor.bucket);
    targets.reset();
    cursor = {cursor.bucket + 1, 0};
  };
  rounds(
      {pairs_.get()},
      [&] {
        while (cursor.bucket < links_->own_count() && !pairs_->full()) next_chunk();
        return cursor.bucket < links_->own_count();
      },
      [&] { return part_of(cursor.bucket, links_->own_count()); });
  targets_.reset();
  id_targets_.reset();
  links_.reset();
}

CollectedLinks LinkCollector::run() {
  read_facts();
  join_facts();
  follow_all();
  read_linktargets();
  read_links();
  send_pages();
  resolve_all();
  enter("writing", 0.85, 1);
  LinkFiles files({.output = params_.output,
                   .part_suffix = params_.part_suffix,
                   .parts = parts_->size(),
                   .wikis = dumps_.wikis},
                  comm_);
  comm::agreed(comm_, [&] {
    for (std::size_t own = 0; own < pairs_->own_count(); ++own) {
      const std::vector<char> pages = pages_->store().load<char>(own);
      const auto pairs = pairs_->store().load<PairRecord>(own);
      pages_->store().drop(own);
      pairs_->store().drop(own);
      group_tally_.add(files.write_part(pairs_->own_begin() + own, {pages.data(), pages.size()}, pairs));
    }
  });
  CollectedLinks collected = result(files);
  files.publish(comm_);
  report(1);
  return collected;
}

CollectedLinks LinkCollector::result(const LinkFiles& files) {
  const auto of_kind = [&](TargetKind kind) { return links_tally_.of_kind[static_cast<std::size_t>(kind)]; };
  CollectedLinks collected;
  collected.rules = {
      {"rows of page", input_.rows[static_cast<std::size_t>(DumpTable::kPage)]},
      {"rows of redirect", input_.rows[static_cast<std::size_t>(DumpTable::kRedirect)]},
      {"rows of page_props", input_.rows[static_cast<std::size_t>(DumpTable::kPageProps)]},
      {"rows of linktarget", input_.rows[static_cast<std::size_t>(DumpTable::kLinktarget)]},
      {"malformed rows skipped", input_.malformed},
      {"pages of namespace 0", page_tally_.pages_kept},
      {"  of them redirects", page_tally_.redirects},
      {"  of them articles with a QID", page_tally_.with_qid},
      {"  disambiguation pages dropped", page_tally_.disambiguations},
      {"pages told twice", page_tally_.repeated},
      {"titles left out of titles.tsv", files.titles_left_out()},
      {"rows of pagelinks", input_.rows[static_cast<std::size_t>(DumpTable::kPagelinks)]},
      {"  from another namespace", link_counts_.from_other_space},
      {"  to another namespace", link_counts_.to_other_space + of_kind(TargetKind::kOtherSpace)},
      {"  to no linktarget", links_tally_.without_linktarget},
      {"  to no page (red links)", of_kind(TargetKind::kMissing)},
      {"  to a redirect after the last hop", of_kind(TargetKind::kRedirect)},
      {"  to a redirect that leads nowhere", of_kind(TargetKind::kNowhere)},
      {"  to a page without a QID", of_kind(TargetKind::kWithoutQid)},
      {"  to a disambiguation page", of_kind(TargetKind::kDisambiguation)},
      {"  from a redirect", group_tally_.from_redirect},
      {"  from a disambiguation page", group_tally_.from_disambiguation},
      {"  from no article", group_tally_.from_unknown},
      {"  repeated", group_tally_.repeated},
      {"  kept as links", group_tally_.pairs},
      {"links by a redirect, before repeats", of_kind(TargetKind::kArticleByRedirect)},
      {"articles with links", group_tally_.rows},
      {"  of them without a QID", group_tally_.rows_without_qid},
      {"articles without links", group_tally_.articles_without_links},
  };
  std::vector<std::uint64_t> counts;
  for (const RuleCount& rule : collected.rules) counts.push_back(rule.count);
  counts.push_back(pool_.spilled_bytes());
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(counts), comm::ReduceOp::kSum, comm_);
  for (std::size_t i = 0; i < collected.rules.size(); ++i) collected.rules[i].count = counts[i];
  collected.spilled_bytes = counts.back();
  collected.pairs = counts[24];
  collected.rows = counts[26];
  collected.parts = parts_->size();
  collected.wikis = dumps_.wikis;
  for (const DumpFile& file : dumps_.files) collected.inputs.push_back(file.input.path);
  collected.files = files.names();
  collected.notes = dumps_.notes;
  std::string text;
  for (const std::string& note : input_.notes) text += note + '\n';
  const std::vector<char> all = comm::all_gather<char>(std::span<const char>(text), comm_);
  for (std::size_t begin = 0; begin < all.size();) {
    const auto end = static_cast<std::size_t>(std::find(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(), '\n') -
                                              all.begin());
    collected.notes.emplace_back(all.data() + begin, end - begin);
    begin = end + 1;
  }
  std::sort(collected.notes.begin(), collected.notes.end());
  return collected;
}

CollectedLinks collect_links(const CollectLinksParams& params,
                             const std::function<void(const CollectLinksProgress&)>& on_progress,
                             const comm::Communicator& comm) {
  return LinkCollector(params, on_progress, comm).run();
}

}  // namespace linktrail::dist
