// Reads the dumps and sends what they say to the owners: the only step that parses.
//
// All tables are read in one step, though the joins need them one after the other: a table of one file keeps one rank
// busy, and the others read links meanwhile.
#include <algorithm>

#include "corpus/qid_text.h"
#include "dist/collect_links_steps.h"

namespace linktrail::dist {

namespace {

// A turn between two exchanges ends after so much of the rank's files as usually fills an outbox with links (a row
// takes about 5 bytes of a compressed dump, and 24 as a record): ranks that read tables of fewer records take as long
// as the others, who would wait for them.
constexpr std::uint64_t kOutboxPerFileByte = 5;
constexpr std::uint64_t kRowsPerLook = 256;
// Rows of --qids are mostly of other wikis, fill no outbox and are not counted as bytes.
constexpr std::uint64_t kRowsPerTurn = 1UL << 20;

}  // namespace

// Facts of pages -------------------------------------------------------------------------------------------------

void LinkCollector::push_fact(const PageFact& fact, std::string_view title) {
  scratch_text_.clear();
  append_fact(fact, title, scratch_text_);
  facts_->push(facts_->owners().bucket_of(spread(fact)), scratch_text_);
}

void LinkCollector::push_row(std::uint16_t wiki, const PageRow& row) {
  if (row.space != 0) return;
  push_fact({.page = row.page,
             .wiki = wiki,
             .kind = row.is_redirect ? FactKind::kRedirectPage : FactKind::kPage,
             .title_bytes = static_cast<std::uint8_t>(row.title.size())},
            row.title);
}

void LinkCollector::push_row(std::uint16_t wiki, const RedirectRow& row) {
  if (row.space != 0 || row.leaves_wiki) return;  // leads nowhere, as without a row
  const TargetKey key = title_key(wiki, row.title);
  push_fact({.page = row.from, .wiki = wiki, .kind = FactKind::kRedirectTo, .value = key.low, .high = key.high}, {});
}

void LinkCollector::push_row(std::uint16_t wiki, const PagePropRow& row) {
  if (row.name == "disambiguation") {
    push_fact({.page = row.page, .wiki = wiki, .kind = FactKind::kDisambiguation}, {});
  } else if (row.name == "wikibase_item" && params_.qids.empty()) {
    const auto qid = static_cast<std::uint64_t>(parse_qid(row.value));
    push_fact({.page = row.page, .wiki = wiki, .kind = FactKind::kQid, .value = qid}, {});
  }
}

void LinkCollector::push_row(std::uint16_t /*of no dump*/, const PageQid& row) {
  const auto wiki = std::find(dumps_.wikis.begin(), dumps_.wikis.end(), row.wiki);
  if (wiki == dumps_.wikis.end()) return;  // the table may be of all wikis
  push_fact({.page = row.page,
             .wiki = static_cast<std::uint16_t>(wiki - dumps_.wikis.begin()),
             .kind = FactKind::kQid,
             .value = static_cast<std::uint64_t>(row.qid)},
            {});
}

void LinkCollector::push_row(std::uint16_t wiki, const LinktargetRow& row) {
  if (row.space == 0) {
    const TargetKey key = title_key(wiki, row.title);
    push(*linktargets_, LinktargetRecord{.low = key.low, .high = key.high, .wiki = wiki, .target = row.target});
  } else {
    const TargetKey key = id_key(wiki, row.target);
    push(*id_targets_, TargetRecord{.low = key.low, .high = key.high, .wiki = wiki, .kind = TargetKind::kOtherSpace});
  }
}

void LinkCollector::push_row(std::uint16_t wiki, const PagelinkRow& row) {
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

namespace {

// The rank's own dumps, table by table, and its share of the --qids tables.
class DumpReading {
 public:
  DumpReading(std::span<const DumpFile* const> own, std::span<const InputFile> qid_tables, InputTally& tally,
              const comm::Communicator& comm)
      : pages_(own, DumpTable::kPage, tally),
        redirects_(own, DumpTable::kRedirect, tally),
        props_(own, DumpTable::kPageProps, tally),
        linktargets_(own, DumpTable::kLinktarget, tally),
        links_(own, DumpTable::kPagelinks, tally),
        qids_(qid_tables, comm) {
    for (const DumpFile* file : own) total_ += file->input.bytes;
  }

  // Calls on_row for the rows, of whatever table, until full() holds after one; whether there may be more.
  template <class OnRow, class Full>
  bool run(OnRow&& on_row, Full&& full) {
    return pages_.run(on_row, full) || redirects_.run(on_row, full) || props_.run(on_row, full) ||
           linktargets_.run(on_row, full) || links_.run(on_row, full) || run_qids(on_row, full);
  }

  std::uint64_t file_bytes() const {
    return pages_.file_bytes() + redirects_.file_bytes() + props_.file_bytes() + linktargets_.file_bytes() +
           links_.file_bytes();
  }
  std::uint64_t total() const { return total_; }

 private:
  template <class OnRow, class Full>
  bool run_qids(OnRow&& on_row, Full&& full) {
    PageQid row;
    while (qids_.next(row)) {
      on_row(0, row);
      if (full()) return true;
    }
    return false;
  }

  TableFeed<PageRows, PageRow> pages_;
  TableFeed<RedirectRows, RedirectRow> redirects_;
  TableFeed<PagePropRows, PagePropRow> props_;
  TableFeed<LinktargetRows, LinktargetRow> linktargets_;
  TableFeed<PagelinkRows, PagelinkRow> links_;
  PageQidLines qids_;
  std::uint64_t total_ = 0;
};

}  // namespace

void LinkCollector::read_all() {
  enter("reading", 0, 0.6);
  for (Shuffle* shuffle : {&facts_, &linktargets_, &id_targets_, &links_}) *shuffle = make_shuffle();
  const auto plan = plan_files(dumps_, comm_.size());
  DumpReading reading(plan[static_cast<std::size_t>(comm_.rank())], qid_tables_, input_, comm_);
  std::uint64_t rows = 0, turn_end = 0;  // rows of this turn, file bytes at its end
  const auto full = [&] {
    return facts_->full() || linktargets_->full() || id_targets_->full() || links_->full() ||
           (++rows % kRowsPerLook == 0 && (rows >= kRowsPerTurn || reading.file_bytes() >= turn_end));
  };
  shuffled(
      {facts_.get(), linktargets_.get(), id_targets_.get(), links_.get()},
      [&] {
        rows = 0;
        turn_end = reading.file_bytes() + memory_.outbox / kOutboxPerFileByte;
        return reading.run([&](std::uint16_t wiki, const auto& row) { push_row(wiki, row); }, full);
      },
      [&] { return part_of(reading.file_bytes(), reading.total()); });
}

}  // namespace linktrail::dist
