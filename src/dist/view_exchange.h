// The views of a pageview log, brought to the ranks that own their actors, in bounded batches.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "collect/busy_days.h"
#include "collect/pageview_log.h"
#include "collect/view.h"
#include "comm/communicator.h"
#include "corpus/input_set.h"

namespace linktrail::dist {

// Views by a few bits of their actors: each bucket is sorted alone, in the cache, and grows alone.
class ViewBuckets {
 public:
  static constexpr std::size_t kBuckets = 256;

  // All but those of a day that is dropped.
  void add(std::span<const View> views, BusyDays& busy);
  // Takes out what goes by the rule of the day already, and gives its memory back.
  void trim(BusyDays& busy);
  std::uint64_t most_of_one_actor() const;  // in views; once they are trimmed
  // Drops the views for which keep(view) is false.
  template <class Keep>
  void filter(Keep&& keep) {
    size_ = 0;
    for (auto& bucket : buckets_) {
      std::erase_if(bucket, [&](const View& view) { return !keep(view); });
      bucket.shrink_to_fit();
      size_ += bucket.size();
    }
  }
  void clear() { *this = {}; }

  std::array<std::vector<View>, kBuckets>& all() { return buckets_; }
  std::uint64_t bytes() const { return size_ * sizeof(View); }
  std::uint64_t trimmed_bytes() const { return trimmed_ * sizeof(View); }  // that the last trim() left; 0 before one

 private:
  std::array<std::vector<View>, kBuckets> buckets_;
  std::uint64_t size_ = 0;     // of all buckets while views are added
  std::uint64_t trimmed_ = 0;  // the same when they were trimmed
};

// A part of the actors, so that those of one part fit into memory: those whose hash is `number` modulo 2^bits.
struct ActorSlice {
  unsigned bits = 0;
  std::uint64_t number = 0;

  std::uint64_t count() const { return std::uint64_t{1} << bits; }
  bool holds(const View& view) const { return ((view.when >> kTimeBits) & (count() - 1)) == number; }
};

struct RowCounts {
  std::uint64_t rows = 0;
  std::array<std::uint64_t, kRowRules> dropped{};
  std::uint64_t busy_days = 0;  // views of this rank's actors that went by the rule of the day while they were read
};

// Whether a pass may find that its slice does not fit.
enum class SliceFit { kSought, kKnown };

struct PageviewFiles {
  std::vector<InputFile> files;
  std::vector<PageviewColumns> columns;  // one a file
};

// Collective. Looks the files up and reads their headers, on rank 0.
PageviewFiles open_pageview_files(std::span<const std::string> inputs, const comm::Communicator& comm);

struct ReadParams {
  RowFilters filters;
  ActorKey key;
  Malformed malformed = Malformed::kRefuse;
  std::uint64_t limit = 0;  // bytes of views that a rank may hold; 0: any
  std::uint32_t max_views_per_day = 0;
  SliceFit fit = SliceFit::kSought;
};

// Collective. One pass over all files: the views of the actors of `slice` whose owner is this rank. A rank that holds
// more than the limit drops the days that have too many views already. If that is not enough, all ranks halve their
// slice, drop the other half and go on, so the pass is never repeated; that is for the first pass, whose slice is
// number 0. Counts of rows, of this rank, are those of all rows, in any slice. Throws AgreedError (exit code 2) if one
// actor, or even a small slice, does not fit.
RowCounts read_views(const PageviewFiles& input, const ReadParams& params, ActorSlice& slice, ViewBuckets& views,
                     WikiNames& wikis, const comm::Communicator& comm);

}  // namespace linktrail::dist
