// The steps before the links: facts of pages, titles, redirects, linktargets.
#include <algorithm>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "corpus/qid_text.h"
#include "dist/collect_links_steps.h"

namespace linktrail::dist {

// Facts of pages -------------------------------------------------------------------------------------------------

void LinkCollector::push_fact(const PageFact& fact, std::string_view title) {
  scratch_text_.clear();
  append_fact(fact, title, scratch_text_);
  facts_->push(facts_->owners().bucket_of(spread(fact)), scratch_text_);
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
    const auto qid = static_cast<std::uint64_t>(parse_qid(row.value));
    push_fact({.page = row.page, .wiki = wiki, .kind = FactKind::kQid, .value = qid}, {});
  }
}

void LinkCollector::push_qid(const PageQid& row) {
  const auto wiki = std::find(dumps_.wikis.begin(), dumps_.wikis.end(), row.wiki);
  if (wiki == dumps_.wikis.end()) return;  // the table may be of all wikis
  push_fact({.page = row.page,
             .wiki = static_cast<std::uint16_t>(wiki - dumps_.wikis.begin()),
             .kind = FactKind::kQid,
             .value = static_cast<std::uint64_t>(row.qid)},
            {});
}

void LinkCollector::read_facts() {
  enter("pages", 0, 0.2);
  facts_ = make_shuffle();
  const auto plan = plan_files(dumps_, {DumpTable::kPage, DumpTable::kRedirect, DumpTable::kPageProps}, comm_.size());
  const auto& own = plan[static_cast<std::size_t>(comm_.rank())];
  TableFeed<PageRows, PageRow> pages(own, DumpTable::kPage, input_);
  TableFeed<RedirectRows, RedirectRow> redirects(own, DumpTable::kRedirect, input_);
  TableFeed<PagePropRows, PagePropRow> props(own, DumpTable::kPageProps, input_);
  PageQidLines qids(qid_tables_, comm_);
  std::uint64_t total = 0;
  for (const DumpFile* file : own) total += file->input.bytes;
  const auto full = [&] { return facts_->full(); };
  const auto read_qids = [&] {
    PageQid row;
    while (qids.next(row)) {
      push_qid(row);
      if (full()) return true;
    }
    return false;
  };
  rounds(
      {facts_.get()},
      [&] {
        return pages.run([&](auto wiki, const PageRow& row) { push_page(wiki, row); }, full) ||
               redirects.run([&](auto wiki, const RedirectRow& row) { push_redirect(wiki, row); }, full) ||
               props.run([&](auto wiki, const PagePropRow& row) { push_prop(wiki, row); }, full) || read_qids();
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
  SliceWalk walk = make_walk(*facts_);
  rounds(
      {titles_.get(), targets_.get(), queries_.get()},
      [&] {
        if (walk.ended()) return false;
        RecordStore& store = facts_->store();
        const Slice& slice = walk.enter(store.bytes(walk.bucket()));
        const PageJoin join = join_pages(load_facts(store, slice), params_.pages);
        if (slice.is_last()) store.drop(slice.bucket);
        walk.next();
        for (const TitleRecord& title : join.titles) push_title(title);
        for_each_page(join.pages, [&](const Page& page, std::string_view) { weights_.add(page.wiki, page.page); });
        own_pages_->append(0, join.pages);
        page_tally_.pages_kept += join.pages_kept;
        page_tally_.redirects += join.redirects;
        page_tally_.with_qid += join.with_qid;
        page_tally_.disambiguations += join.disambiguations;
        page_tally_.repeated += join.repeated;
        return !walk.ended();
      },
      [&] { return part_of(walk); });
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
  SliceWalk walk = make_walk(queries);
  rounds({&next, targets_.get()}, [&] {
    if (walk.ended()) return false;
    const Slice& slice = walk.enter(titles_->store().bytes(walk.bucket()) + queries.store().bytes(walk.bucket()));
    const KeyTable<TitleRecord> titles(load_slice<TitleRecord>(titles_->store(), slice));
    const RedirectStep step = follow_redirects(titles, load_slice<RedirectQuery>(queries.store(), slice), last);
    for (const TargetRecord& answer : step.answers) push(*targets_, answer);
    for (const RedirectQuery& query : step.further) push(next, query);
    if (slice.is_last()) queries.store().drop(slice.bucket);
    walk.next();
    return !walk.ended();
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
      push(*id_targets_, TargetRecord{.low = key.low, .high = key.high, .wiki = wiki, .kind = TargetKind::kOtherSpace});
    }
  };
  rounds(
      {linktargets.get(), id_targets_.get()},
      [&] { return feed.run(on_row, [&] { return linktargets->full() || id_targets_->full(); }); },
      [&] { return part_of(feed.file_bytes(), total); });
  join_linktargets(*linktargets);
}

void LinkCollector::join_linktargets(RecordShuffle& linktargets) {
  SliceWalk walk = make_walk(linktargets);
  rounds({id_targets_.get()}, [&] {
    if (walk.ended()) return false;
    const Slice& slice = walk.enter(targets_->store().bytes(walk.bucket()) + linktargets.store().bytes(walk.bucket()));
    const KeyTable<TargetRecord> targets(load_slice<TargetRecord>(targets_->store(), slice));
    const auto rows = load_slice<LinktargetRecord>(linktargets.store(), slice);
    for (const TargetRecord& target : resolve_linktargets(targets, rows)) push(*id_targets_, target);
    if (slice.is_last()) linktargets.store().drop(slice.bucket);
    walk.next();
    return !walk.ended();
  });
}

}  // namespace linktrail::dist
