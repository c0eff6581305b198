#include "dist/collect_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/collect_links_steps.h"
#include "dist/input_files.h"
#include "dist/shuffle_run.h"

namespace linktrail::dist {

namespace {

// What a rank holds beside the stores and the buffers that depend on the limit: program and MPI (15 MiB), decoders,
// writers, the allocator's rest.
constexpr std::uint64_t kFixedBytes = 28UL << 20;
constexpr std::uint64_t kFewestBytes = 8UL << 20;

// Of the input, decompressed, a bucket of the joins by hash: its table stays in the L2 cache, its links in memory.
constexpr std::uint64_t kInputPerBucket = 16UL << 20;
constexpr std::uint64_t kExpansion = 4;  // of a compressed dump

// Of outboxes: ranks that are busy with rows of different tables drift apart by a few of them, and back.
constexpr std::uint64_t kInFlight = 8;

constexpr std::size_t kChunkBytes = 1UL << 20;

Memory share_memory(std::uint64_t node_bytes, int ranks_of_node) {
  const std::uint64_t rank_bytes = node_bytes / static_cast<std::uint64_t>(ranks_of_node);
  const std::uint64_t usable = std::max(kFewestBytes, rank_bytes - std::min(rank_bytes, kFixedBytes));
  return {.pool = usable / 8 * 5,
          .outbox = std::clamp<std::uint64_t>(usable / 128, 256UL << 10, 4UL << 20),
          .slice = std::clamp<std::uint64_t>(usable / 24, 256UL << 10, 32UL << 20)};
}

std::uint64_t plain_bytes(const InputFile& file) {
  return file.bytes * (file.compression == Compression::kNone ? 1 : kExpansion);
}

std::size_t count_buckets(const DumpSet& dumps, std::span<const InputFile> qid_tables, int ranks) {
  std::uint64_t bytes = 0;
  for (const DumpFile& file : dumps.files) bytes += plain_bytes(file.input);
  for (const InputFile& table : qid_tables) bytes += plain_bytes(table);
  const auto least = static_cast<std::uint64_t>(ranks) * 4;
  return std::clamp<std::uint64_t>(bytes / kInputPerBucket, least, std::max<std::uint64_t>(least, 4096));
}

bool needs_page_props(const CollectLinksParams& params) {
  const bool qids_from_props = params.pages.ids == PageIds::kQid && params.qids.empty();
  return qids_from_props || params.pages.disambiguation == Disambiguation::kDrop;
}

std::vector<DumpTable> tables_needed(const CollectLinksParams& params) {
  std::vector<DumpTable> tables{DumpTable::kPage, DumpTable::kPagelinks};
  if (params.redirect_hops > 0) tables.push_back(DumpTable::kRedirect);
  if (needs_page_props(params)) tables.push_back(DumpTable::kPageProps);
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
      qid_tables_(params.qids.empty() ? std::vector<InputFile>{} : expand_inputs_on_root(params.qids, comm)),
      buckets_(count_buckets(dumps_, qid_tables_, comm.size())),
      memory_(share_memory(params.memory_bytes, comm.split_by_node().size())),
      pool_(memory_.pool, params.scratch),
      weights_(dumps_.wikis.size()) {
  if (!needs_page_props(params))
    std::erase_if(dumps_.files, [](const DumpFile& file) { return file.table == DumpTable::kPageProps; });
  comm::agreed(comm, [&] {
    if (params.pages.ids == PageIds::kPage && dumps_.wikis.size() != 1)
      throw UsageError(
          fmt::format("--ids page: page ids mean nothing beyond one wiki; found {} wikis; name one by --wikis",
                      dumps_.wikis.size()));
  });
}

void LinkCollector::shuffled(std::initializer_list<RecordShuffle*> shuffles, std::function<bool()> turn,
                             std::function<double()> done) {
  run_shuffles(std::span<RecordShuffle* const>(shuffles.begin(), shuffles.size()),
               {.in_flight = kInFlight * memory_.outbox,
                .turn = std::move(turn),
                .done = std::move(done),
                .on_progress = [&](double all) { report(all); }},
               comm_);
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

double LinkCollector::part_of(const SliceWalk& walk) const {
  return walk.buckets() == 0 ? 1.0 : walk.done() / static_cast<double>(walk.buckets());
}

// Links ----------------------------------------------------------------------------------------------------------

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
  shuffled({pages_.get()}, [&] {
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

std::vector<TargetRecord> LinkCollector::load_targets(const Slice& slice) const {
  std::vector<TargetRecord> records;
  load_slice(targets_->store(), slice, records);
  load_slice(id_targets_->store(), slice, records);
  return records;
}

void LinkCollector::resolve_all() {
  enter("resolving", 0.72, 0.85);
  pairs_ = make_shuffle(parts_->size());
  SliceWalk walk = make_walk(*links_);
  std::vector<PairRecord> pairs;
  std::uint64_t offset = 0;  // in the links of the slice
  std::optional<KeyTable<TargetRecord>> targets;
  std::vector<LinkRecord> links;
  const auto next_links = [&] {
    const Slice& slice = walk.enter(targets_->store().bytes(walk.bucket()) + id_targets_->store().bytes(walk.bucket()));
    if (!targets) targets.emplace(load_targets(slice));
    if (read_slice(links_->store(), slice, offset, links)) {
      pairs.clear();
      resolve_links(*targets, links, links_tally_, pairs);
      for (const PairRecord& pair : pairs) pairs_->push_record(parts_->part_of(pair.wiki, pair.from), pair);
      return;
    }
    if (slice.is_last())
      for (RecordShuffle* shuffle : {targets_.get(), id_targets_.get(), links_.get()})
        shuffle->store().drop(slice.bucket);
    targets.reset();
    offset = 0;
    walk.next();
  };
  shuffled(
      {pairs_.get()},
      [&] {
        while (!walk.ended() && !pairs_->full()) next_links();
        return !walk.ended();
      },
      [&] { return part_of(walk); });
  targets_.reset();
  id_targets_.reset();
  links_.reset();
}

namespace {

// An empty collection must not replace a good one.
void refuse_if_empty(const CollectedLinks& collected) {
  if (collected.pairs > 0) return;
  std::string counts;
  for (const RuleCount& rule : collected.rules)
    if (rule.count > 0) counts += fmt::format("\n  {}: {}", rule.rule, rule.count);
  throw InputError(fmt::format(
      "no link is left, so nothing is written; do the dumps, --wikis and --qids belong together?{}", counts));
}

}  // namespace

CollectedLinks LinkCollector::run() {
  read_all();
  join_facts();
  follow_all();
  join_linktargets();
  send_pages();
  resolve_all();
  enter("writing", 0.85, 1);
  LinkFiles files(
      {.output = params_.output, .part_suffix = params_.part_suffix, .parts = parts_->size(), .wikis = dumps_.wikis},
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
  comm::agreed_on_root(comm_, [&] { refuse_if_empty(collected); });
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
  std::vector<std::uint64_t> counts{pool_.spilled_bytes(), group_tally_.pairs, group_tally_.rows};
  const std::size_t first = counts.size();
  for (const RuleCount& rule : collected.rules) counts.push_back(rule.count);
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(counts), comm::ReduceOp::kSum, comm_);
  for (std::size_t i = 0; i < collected.rules.size(); ++i) collected.rules[i].count = counts[first + i];
  collected.spilled_bytes = counts[0];
  collected.pairs = counts[1];
  collected.rows = counts[2];
  collected.parts = parts_->size();
  collected.wikis = dumps_.wikis;
  for (const DumpFile& file : dumps_.files) collected.inputs.push_back(file.input.path);
  collected.files = files.names();
  collected.notes = dumps_.notes;
  std::string text;
  for (const std::string& note : input_.notes) text += note + '\n';
  const std::vector<char> all = comm::all_gather<char>(std::span<const char>(text), comm_);
  for (std::size_t begin = 0; begin < all.size();) {
    const auto end = static_cast<std::size_t>(
        std::find(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(), '\n') - all.begin());
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
