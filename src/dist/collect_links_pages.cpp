// The joins before the links: facts of pages, titles, redirects, linktargets.
#include "comm/collectives.h"
#include "dist/collect_links_steps.h"

namespace linktrail::dist {

// Facts of pages -------------------------------------------------------------------------------------------------

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
  enter("titles", 0.6, 0.65);
  titles_ = make_shuffle();
  targets_ = make_shuffle();
  queries_ = make_shuffle();
  own_pages_ = std::make_unique<RecordStore>(1, pool_);
  SliceWalk walk = make_walk(*facts_);
  shuffled(
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
  enter("redirects", 0.65, 0.68);
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
  shuffled({&next, targets_.get()}, [&] {
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

void LinkCollector::join_linktargets() {
  enter("linktargets", 0.68, 0.72);
  SliceWalk walk = make_walk(*linktargets_);
  shuffled({id_targets_.get()}, [&] {
    if (walk.ended()) return false;
    const Slice& slice =
        walk.enter(targets_->store().bytes(walk.bucket()) + linktargets_->store().bytes(walk.bucket()));
    const KeyTable<TargetRecord> targets(load_slice<TargetRecord>(targets_->store(), slice));
    const auto rows = load_slice<LinktargetRecord>(linktargets_->store(), slice);
    for (const TargetRecord& target : resolve_linktargets(targets, rows)) push(*id_targets_, target);
    if (slice.is_last()) linktargets_->store().drop(slice.bucket);
    walk.next();
    return !walk.ended();
  });
  linktargets_.reset();
}

}  // namespace linktrail::dist
