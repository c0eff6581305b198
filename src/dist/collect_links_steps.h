// The steps of collect_links, in the order of run(): each reads or joins what the step before it left in the stores.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "collect/bucket_slices.h"
#include "collect/link_joins.h"
#include "collect/part_plan.h"
#include "dist/collect_links.h"
#include "dist/collect_links_input.h"
#include "dist/collect_links_output.h"
#include "dist/page_qid_lines.h"
#include "dist/record_shuffle.h"

namespace linktrail::dist {

struct Memory {
  std::uint64_t pool = 0;    // of the stores of a rank
  std::uint64_t outbox = 0;  // of each shuffle: at most four live; of all, eight times as much is on its way
  std::uint64_t slice = 0;   // of a bucket in a join, which takes about seven times as much with what it makes of it
};

struct LinkCounts {
  std::uint64_t from_other_space = 0, to_other_space = 0;
};

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
  SliceWalk make_walk(const RecordShuffle& shuffle) const { return {shuffle.own_count(), memory_.slice}; }
  template <class Record>
  static void push(RecordShuffle& to, const Record& record) {
    to.push_record(to.owners().bucket_of(spread(record.key())), record);
  }
  void shuffled(std::initializer_list<RecordShuffle*> shuffles, std::function<bool()> turn,
                std::function<double()> done = {});
  void report(double fraction) const;
  void enter(std::string_view phase, double begin, double end);
  double part_of(std::uint64_t done, std::uint64_t total) const;
  double part_of(const SliceWalk& walk) const;

  void read_all();
  void push_fact(const PageFact& fact, std::string_view title);
  void push_row(std::uint16_t wiki, const PageRow& row);
  void push_row(std::uint16_t wiki, const RedirectRow& row);
  void push_row(std::uint16_t wiki, const PagePropRow& row);
  void push_row(std::uint16_t wiki, const LinktargetRow& row);
  void push_row(std::uint16_t wiki, const PagelinkRow& row);
  void push_row(std::uint16_t wiki, const PageQid& row);
  void join_facts();
  void push_title(const TitleRecord& title);
  void follow_all();
  void follow_hop(RecordShuffle& queries, RecordShuffle& next, LastHop last);
  void join_linktargets();
  void send_pages();
  std::vector<TargetRecord> load_targets(const Slice& slice) const;
  void resolve_all();
  CollectedLinks result(const LinkFiles& files);

  const CollectLinksParams& params_;
  const std::function<void(const CollectLinksProgress&)>& on_progress_;
  const comm::Communicator& comm_;
  DumpSet dumps_;
  std::vector<InputFile> qid_tables_;  // of --qids
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
  Shuffle facts_, linktargets_, titles_, targets_, queries_, id_targets_, links_, pages_, pairs_;
  std::unique_ptr<RecordStore> own_pages_;
};

}  // namespace linktrail::dist
