#include "dist/view_exchange.h"

#include <algorithm>

#include "comm/agreement.h"
#include "comm/exchange.h"
#include "core/hash.h"
#include "dist/input_files.h"
#include "dist/piece_lines.h"

namespace linktrail::dist {

namespace {

// Of a rank: 6 MB of views, enough that a round's start costs nothing, little beside what a rank holds.
constexpr std::size_t kBatchViews = 1UL << 18;
// More slices than this mean a limit that is no limit for real work.
constexpr unsigned kMostBits = 16;

int owner_of(const View& view, int ranks) {
  return static_cast<int>(share_of(view.actor, static_cast<std::uint32_t>(ranks)));
}

class Reader {
 public:
  Reader(const PageviewFiles& input, const ReadParams& params, const comm::Communicator& comm)
      : input_(input),
        params_(params),
        rows_(params.filters, params.key),
        lines_(input.files, comm, LineText::kPrivate) {}

  // Fills `batch` with views of the slice; false once there are no more.
  bool next(const ActorSlice& slice, std::vector<View>& batch) {
    batch.clear();
    std::string_view line;
    View view;
    while (batch.size() < kBatchViews) {
      if (!lines_.next(line)) return false;
      if (line.empty() || lines_.reader().is_first_of_file()) continue;
      ++counts_.rows;
      const RowRule rule = rows_.parse(line, input_.columns[lines_.file()], view);
      if (rule == RowRule::kCount) {
        if (slice.holds(view)) batch.push_back(view);
        continue;
      }
      if (rule == RowRule::kMalformed && params_.malformed == Malformed::kRefuse) refuse();
      ++counts_.dropped[static_cast<std::size_t>(rule)];
    }
    return true;
  }

  const RowCounts& counts() const { return counts_; }
  WikiNames& wikis() { return rows_.wikis(); }

 private:
  [[noreturn]] void refuse() const {
    throw input_error({.what = "malformed row of a pageview log",
                       .file = lines_.reader().path(),
                       .line = lines_.reader().line_number(),
                       .expected = rows_.fault(),
                       .found = {},
                       .advice =
                           "the row is not shown, as it names a reader; mend the export, or count such rows and go "
                           "on with --malformed skip"});
  }

  const PageviewFiles& input_;
  const ReadParams& params_;
  PageviewRows rows_;
  PieceLines lines_;
  RowCounts counts_;
};

// Every rank learns the names that any has seen.
void unite(WikiNames& wikis, const WikiNames& mine, const comm::Communicator& comm) {
  const std::string text = mine.text();
  const std::vector<char> all = comm::all_gather<char>(std::span<const char>(text), comm);
  comm::agreed(comm, [&] { wikis.add_text({all.data(), all.size()}); });
}

[[noreturn]] void refuse_actor(std::uint64_t limit) {
  throw UsageError(fmt::format(
      "--memory: one actor has more views than the {} KiB that a rank may hold, and the views of one actor are never "
      "parted; give more memory or fewer ranks, or let --max-views-per-day drop days of so many views",
      limit >> 10));
}

void halve(ActorSlice& slice, ViewBuckets& views, BusyDays& busy, const ReadParams& params,
           const comm::Communicator& comm) {
  comm::agreed(comm, [&] {
    if (slice.number != 0 || slice.bits == kMostBits)
      throw UsageError(
          fmt::format("--memory: {} KiB of views on a rank are too little, even for one of {} parts of the actors; "
                      "give more memory or more ranks",
                      params.limit >> 10, slice.count()));
    ++slice.bits;
    const auto keep = [&](const View& view) { return slice.holds(view); };
    views.filter(keep);
    busy.filter(keep);
  });
}

// Of this rank: whether it holds more views than it may, also without those of busy days. Throws UsageError if one
// actor alone has so many: no slice could help.
bool too_many(const ActorSlice& slice, ViewBuckets& views, BusyDays& busy, const ReadParams& params) {
  if (params.limit == 0 || views.bytes() <= params.limit) return false;
  const bool first = slice.number == 0 && params.fit == SliceFit::kSought;
  // In a later pass slices are as large as in the first, up to chance, which is let pass.
  const std::uint64_t allowed = first ? params.limit : params.limit + params.limit / 2 + kBatchViews * sizeof(View);
  if (!first && views.bytes() <= views.trimmed_bytes() + params.limit / 4 && views.bytes() <= allowed) return false;
  views.trim(busy);
  if (params.fit == SliceFit::kKnown) return false;
  // Room for a while in the first pass, or views would be sorted again at once.
  const bool beyond = views.bytes() > (first ? allowed / 4 * 3 : allowed);
  if (beyond && views.most_of_one_actor() * sizeof(View) > params.limit) refuse_actor(params.limit);
  return beyond;
}

}  // namespace

void ViewBuckets::add(std::span<const View> views, BusyDays& busy) {
  for (const View& view : views) {
    if (busy.take(view)) continue;
    std::vector<View>& bucket = buckets_[view.actor % kBuckets];
    // By a quarter instead of doubling: memory is what bounds a collection.
    if (bucket.size() == bucket.capacity()) bucket.reserve(bucket.size() + bucket.size() / 4 + 64);
    bucket.push_back(view);
    ++size_;
  }
}

std::uint64_t ViewBuckets::most_of_one_actor() const {
  std::uint64_t most = 0;
  for (const std::vector<View>& bucket : buckets_) most = std::max(most, linktrail::most_of_one_actor(bucket));
  return most;
}

void ViewBuckets::trim(BusyDays& busy) {
  size_ = 0;
  for (std::vector<View>& bucket : buckets_) {
    busy.trim(bucket);
    if (bucket.size() < bucket.capacity() / 2) bucket.shrink_to_fit();
    size_ += bucket.size();
  }
  trimmed_ = size_;
}

PageviewFiles open_pageview_files(std::span<const std::string> inputs, const comm::Communicator& comm) {
  PageviewFiles input{expand_inputs_on_root(inputs, comm), {}};
  comm::agreed_on_root(comm, [&] {
    for (const InputFile& file : input.files) input.columns.push_back(read_pageview_header(file));
  });
  input.columns = comm::broadcast(std::move(input.columns), 0, comm);
  return input;
}

RowCounts read_views(const PageviewFiles& input, const ReadParams& params, ActorSlice& slice, ViewBuckets& views,
                     WikiNames& wikis, const comm::Communicator& comm) {
  Reader reader = comm::agreed(comm, [&] { return Reader(input, params, comm); });
  BusyDays busy(params.max_views_per_day);
  std::vector<View> batch;
  bool more_anywhere = true;
  for (bool more = true; more_anywhere;) {
    comm::agreed(comm, [&] {
      batch.clear();
      if (more) more = reader.next(slice, batch);
    });
    const auto received = comm::exchange_by_owner<View>(
        batch, [&](const View& view) { return owner_of(view, comm.size()); }, comm);
    const bool beyond = comm::agreed(comm, [&] {
      views.add(received.data, busy);
      return too_many(slice, views, busy, params);
    });
    // One reduction for both questions: whether a rank has more to read, and whether one is beyond its limit.
    std::array<std::uint64_t, 2> state{more ? 1UL : 0UL, beyond ? 1UL : 0UL};
    comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(state), comm::ReduceOp::kMax, comm);
    more_anywhere = state[0] != 0 || state[1] != 0;  // once all is read, until all fits
    if (state[1] != 0) halve(slice, views, busy, params, comm);
  }
  unite(wikis, reader.wikis(), comm);
  RowCounts counts = reader.counts();
  counts.busy_days = busy.views();
  return counts;
}

}  // namespace linktrail::dist
