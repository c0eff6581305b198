#include "dist/key_join.h"

#include <array>
#include <numeric>
#include <unordered_set>

#include "comm/agreement.h"
#include "comm/exchange.h"

namespace linktrail::dist {

namespace {

struct KeyCount {
  std::uint64_t key = 0;
  std::int64_t count = 0;
};

// The keys of this rank in the order in which they are sent: by owner.
struct Outgoing {
  std::vector<KeyCount> items;
  std::vector<std::uint64_t> counts;  // one a rank
};

int owner(std::uint64_t key, int ranks) { return owner_of(static_cast<Qid>(key), ranks); }

Outgoing by_owner(PageTable& keys, int ranks) {
  Outgoing out;
  out.counts.resize(static_cast<std::size_t>(ranks));
  keys.for_each([&](std::uint64_t key, std::int64_t) { ++out.counts[static_cast<std::size_t>(owner(key, ranks))]; });
  std::vector<std::uint64_t> next(out.counts.size());
  std::exclusive_scan(out.counts.begin(), out.counts.end(), next.begin(), std::uint64_t{0});
  out.items.resize(keys.size());
  keys.for_each([&](std::uint64_t key, std::int64_t count) {
    out.items[next[static_cast<std::size_t>(owner(key, ranks))]++] = {key, count};
  });
  return out;
}

// The keys that a rank owns: counted, then without QID or rare, then looked up.
class Owned {
 public:
  void count(std::span<const KeyCount> items) {
    for (const KeyCount& item : items) table_[item.key] += item.count;
  }

  void settle(std::uint64_t min_count) {
    counts_.keys = counts_.without = table_.size();
    table_.for_each([&](std::uint64_t, std::int64_t& value) {
      const bool rare = static_cast<std::uint64_t>(value) < min_count;
      value = rare ? kRarePage : kPageWithoutQid;
      counts_.rare += rare ? 1 : 0;
    });
    counts_.without -= counts_.rare;
  }

  void look_up(std::span<const KeyQid> rows) {
    counts_.rows += rows.size();
    for (const KeyQid& row : rows) {
      std::int64_t* const value = table_.find(row.key);
      if (value == nullptr || *value == kRarePage || *value == row.qid) continue;
      if (*value == kPageWithoutQid) {
        *value = row.qid;
        --counts_.without;
      } else {
        conflicts_.insert(row.key);
        *value = std::min(*value, row.qid);
      }
    }
  }

  std::vector<std::int64_t> answers(std::span<const KeyCount> items) const {
    std::vector<std::int64_t> values;
    values.reserve(items.size());
    for (const KeyCount& item : items) values.push_back(*table_.find(item.key));
    return values;
  }

  JoinCounts counts() const {
    JoinCounts counts = counts_;
    counts.conflicts = conflicts_.size();
    return counts;
  }

 private:
  PageTable table_;
  JoinCounts counts_;
  std::unordered_set<std::uint64_t> conflicts_;  // few, if the table is sound
};

void stream_rows(Owned& owned, const NextRows& next_rows, const comm::Communicator& comm) {
  bool more_anywhere = true;
  for (bool more = true; more_anywhere;) {
    std::vector<KeyQid> rows;
    comm::agreed(comm, [&] {
      if (more) more = next_rows(rows);
    });
    const auto received = comm::exchange_by_owner<KeyQid>(
        rows, [&](const KeyQid& row) { return owner(row.key, comm.size()); }, comm);
    comm::agreed(comm, [&] { owned.look_up(received.data); });
    more_anywhere = comm::all_reduce<std::uint64_t>(more ? 1 : 0, comm::ReduceOp::kMax, comm) != 0;
  }
}

JoinCounts sum(const JoinCounts& mine, const comm::Communicator& comm) {
  std::array<std::uint64_t, 5> sums{mine.keys, mine.rare, mine.without, mine.rows, mine.conflicts};
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(sums), comm::ReduceOp::kSum, comm);
  return {.keys = sums[0], .rare = sums[1], .without = sums[2], .rows = sums[3], .conflicts = sums[4]};
}

}  // namespace

JoinCounts join_qids(PageTable& keys, std::uint64_t min_count, const NextRows& next_rows,
                     const comm::Communicator& comm) {
  const Outgoing out = comm::agreed(comm, [&] { return by_owner(keys, comm.size()); });
  const auto received = comm::all_to_all<KeyCount>(std::span<const KeyCount>(out.items), out.counts, comm);
  Owned owned;
  comm::agreed(comm, [&] {
    owned.count(received.data);
    owned.settle(min_count);
  });
  stream_rows(owned, next_rows, comm);
  const std::vector<std::int64_t> answers = comm::agreed(comm, [&] { return owned.answers(received.data); });
  const auto back = comm::all_to_all<std::int64_t>(std::span<const std::int64_t>(answers), received.counts, comm);
  for (std::size_t i = 0; i < out.items.size(); ++i) *keys.find(out.items[i].key) = back.data[i];
  return sum(owned.counts(), comm);
}

}  // namespace linktrail::dist
