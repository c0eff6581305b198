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

void halve(ActorSlice& slice, ViewBuckets& views, const ReadParams& params, const comm::Communicator& comm) {
  comm::agreed(comm, [&] {
    if (slice.number != 0 || slice.bits == kMostBits)
      throw UsageError(
          fmt::format("--memory: {} KiB of views on a rank are too little, even for one of {} parts of the actors "
                      "(views of one actor are never parted); give more memory or more ranks",
                      params.limit >> 10, slice.count()));
    ++slice.bits;
    views.filter([&](const View& view) { return slice.holds(view); });
  });
}

}  // namespace

void ViewBuckets::add(std::span<const View> views) {
  for (const View& view : views) {
    std::vector<View>& bucket = buckets_[view.actor % kBuckets];
    // By a quarter instead of doubling: memory is what bounds a collection.
    if (bucket.size() == bucket.capacity()) bucket.reserve(bucket.size() + bucket.size() / 4 + 64);
    bucket.push_back(view);
  }
  size_ += views.size();
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
  std::vector<View> batch;
  bool more_anywhere = true;
  for (bool more = true; more_anywhere;) {
    comm::agreed(comm, [&] {
      batch.clear();
      if (more) more = reader.next(slice, batch);
    });
    const auto received = comm::exchange_by_owner<View>(
        batch, [&](const View& view) { return owner_of(view, comm.size()); }, comm);
    comm::agreed(comm, [&] { views.add(received.data); });
    // One reduction for both questions: 2 is a rank beyond its limit, 1 one that has more to read.
    // In a later pass slices are as large as in the first, up to chance, which is let pass.
    const std::uint64_t allowed =
        slice.number == 0 ? params.limit : params.limit + params.limit / 2 + kBatchViews * sizeof(View);
    std::array<std::uint64_t, 2> state{more ? 1UL : 0UL, params.limit > 0 && views.bytes() > allowed ? 1UL : 0UL};
    comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(state), comm::ReduceOp::kMax, comm);
    more_anywhere = state[0] != 0 || state[1] != 0;  // once all is read, until all fits
    if (state[1] != 0) halve(slice, views, params, comm);
  }
  unite(wikis, reader.wikis(), comm);
  return reader.counts();
}

}  // namespace linktrail::dist
