#include "dist/level_build.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "dist/level_candidates.h"
#include "dist/level_refine.h"
#include "index/incoming_links.h"
#include "index/merge.h"
#include "index/prune.h"

namespace linktrail::dist {

namespace {

// Of the links that point at a node, this many times its list's capacity are considered.
constexpr std::size_t kIncomingTimes = 4;
// Long links take at most this part of a list: with half of it for copies, a quarter is left for neighbours.
constexpr std::size_t kFarPart = 4;

std::span<const Neighbor> extra_of(const ExtraLinks& extra, std::size_t row) {
  if (extra.begin.empty()) return {};
  return std::span(extra.links).subspan(extra.begin[row], extra.begin[row + 1] - extra.begin[row]);
}

// `all` gets both sorted lists, an id once.
void unite(std::span<const Neighbor> a, std::span<const Neighbor> b, NodeId node, std::vector<Neighbor>& all) {
  all.assign(a.begin(), a.end());
  if (b.empty()) return;
  all.insert(all.end(), b.begin(), b.end());
  sort_candidates(all, node);
}

class LevelBuilder {
 public:
  LevelBuilder(const LevelRows& level, const LevelParams& params, LevelCosts& costs, const comm::Communicator& comm)
      : level_(level),
        params_(params),
        costs_(costs),
        comm_(comm),
        lookup_(level.rows, level.first),
        pruner_(lookup_) {}

  // Collective. Links of each row among its candidates, leaving a quarter of the list to the other side.
  NeighborTable choose_forward(const NeighborTable& table, const LevelDone& done) {
    NeighborTable forward(level_.rows.rows, params_.capacity * 3 / 4);
    for_each_batch(
        done, [&](std::size_t row, std::vector<Neighbor>& all) { all.assign(table[row].begin(), table[row].end()); },
        [&](std::size_t row, std::span<const Neighbor> all) {
          forward.assign(row, pruner_.prune(all, {.keep = forward.capacity(),
                                                  .backfill = Backfill::kNearestRejected,
                                                  .fill = params_.fill,
                                                  .slack = params_.slack}));
        });
    return forward;
  }

  // Collective. The links that point at this rank's rows.
  IncomingLinks exchange_reverse(const NeighborTable& forward) const {
    const std::vector<ReverseLink> outgoing = reverse_links(forward, level_.first);
    const auto incoming = comm::exchange_by_owner(
        std::span<const ReverseLink>(outgoing), [&](const ReverseLink& link) { return (*level_.owners)(link.target); },
        comm_);
    return {incoming.data, level_.first, level_.rows.rows, kIncomingTimes * params_.capacity};
  }

  // The nearest candidates of each row, undiversified: good enough to look around from, and without a distance.
  NeighborTable nearest(const NeighborTable& table) const {
    NeighborTable result(table.rows(), params_.capacity / 2);
    for (std::size_t row = 0; row < table.rows(); ++row) result.assign(row, table[row]);
    return result;
  }

  // Both directions of the links, cut to the nearest; what comes from the other side is a candidate too.
  NeighborTable make_draft(const NeighborTable& forward, const IncomingLinks& incoming, NeighborTable& table) const {
    NeighborTable draft(level_.rows.rows, params_.capacity);
    std::vector<Neighbor> all;
    for (std::size_t row = 0; row < level_.rows.rows; ++row) {
      unite(forward[row], incoming[row], node(row), all);
      draft.assign(row, all);
      table.merge(row, incoming[row]);
    }
    return draft;
  }

  // Collective. The lists. Long links have slots of their own: beside a crowd of near neighbours none would be chosen.
  NeighborTable choose_final(const NeighborTable& forward, const IncomingLinks& incoming, const ExtraLinks& extra,
                             std::span<const std::uint32_t> slots, const LevelDone& done) {
    NeighborTable lists(level_.rows.rows, params_.capacity);
    std::vector<Neighbor> near;
    std::vector<Neighbor> list;
    for_each_batch(
        done,
        [&](std::size_t row, std::vector<Neighbor>& all) {
          unite(forward[row], incoming[row], node(row), all);
          const auto own = extra_of(extra, row);
          all.insert(all.end(), own.begin(), own.end());
        },
        [&](std::size_t row, std::span<const Neighbor> all) {
          const auto far = pruner_.prune(extra_of(extra, row), {.keep = params_.capacity / kFarPart});
          list.assign(far.begin(), far.end());
          near.assign(all.begin(), all.end() - static_cast<std::ptrdiff_t>(extra_of(extra, row).size()));
          std::erase_if(near, [&](const Neighbor& neighbor) {
            return std::ranges::find(list, neighbor.id, &Neighbor::id) != list.end();
          });
          const std::size_t keep = params_.capacity - (slots.empty() ? 0 : slots[row]) - list.size();
          // As in hnswlib, a list that has room for all stays as it is.
          const auto kept = near.size() <= keep
                                ? std::span<const Neighbor>(near)
                                : pruner_.prune(near, {.keep = keep, .backfill = Backfill::kNearestRejected});
          list.insert(list.end(), kept.begin(), kept.end());
          std::ranges::sort(list);
          lists.assign(row, list);
        });
    return lists;
  }

  std::uint64_t distances() const { return pruner_.distances(); }

 private:
  NodeId node(std::size_t row) const { return static_cast<NodeId>(level_.first + row); }

  // Collective. collect(row, all) says what a row chooses among; choose(row, all) runs once the vectors of those are
  // here.
  template <class Collect, class Choose>
  void for_each_batch(const LevelDone& done, Collect collect, Choose choose) {
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t rows = level_.rows.rows;
    const std::uint64_t step = params_.batch_rows;
    const std::uint64_t batches = comm::all_reduce((rows + step - 1) / step, comm::ReduceOp::kMax, comm_);
    std::vector<Neighbor> all;
    for (std::uint64_t batch = 0; batch < batches; ++batch) {
      const std::uint64_t begin = std::min(rows, batch * step);
      const std::uint64_t end = std::min(rows, begin + step);
      std::vector<NodeId> away;
      for (std::uint64_t row = begin; row < end && comm_.size() > 1; ++row) {
        collect(row, all);
        for (const Neighbor& neighbor : all)
          if (!lookup_.is_local(neighbor.id)) away.push_back(neighbor.id);
      }
      std::ranges::sort(away);
      away.erase(std::unique(away.begin(), away.end()), away.end());
      lookup_.set_ghosts(away, fetch_rows(away, level_.rows, *level_.owners, comm_));
      comm::agreed(comm_, [&] {
        for (std::uint64_t row = begin; row < end; ++row) {
          collect(row, all);
          choose(row, all);
        }
        done(static_cast<double>(batch + 1) / static_cast<double>(batches));
      });
    }
    lookup_.set_ghosts({}, Matrix());
    costs_.prune_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  const LevelRows& level_;
  const LevelParams& params_;
  LevelCosts& costs_;
  const comm::Communicator& comm_;
  VectorLookup lookup_;
  Pruner pruner_;
};

// Shares of the time of a level.
constexpr double kCandidatesShare = 0.4;
constexpr double kRefineShare = 0.3;

}  // namespace

NeighborTable build_level(const LevelRows& level, const LevelPlan& plan, const LevelParams& params,
                          const ExtraLinks& extra, std::span<const std::uint32_t> slots, LevelCosts& costs,
                          const LevelDone& done, const comm::Communicator& comm) {
  const auto part = [&](double from, double share) {
    return [&done, from, share](double of_part) { done(from + share * of_part); };
  };
  NeighborTable table = find_candidates(level, plan, params, costs, part(0, kCandidatesShare), comm);
  LevelBuilder builder(level, params, costs, comm);
  const std::uint64_t stretches =
      comm::all_reduce(std::uint64_t{level.stretch_ends.size()}, comm::ReduceOp::kMax, comm);
  if (params.refine.ef > 0 && stretches > 0) {
    const NeighborTable nearest = builder.nearest(table);
    const NeighborTable draft = builder.make_draft(nearest, builder.exchange_reverse(nearest), table);
    refine_candidates(level, draft, params, table, costs, part(kCandidatesShare, kRefineShare), comm);
  }
  const NeighborTable forward = builder.choose_forward(table, part(0.7, 0.2));
  table = NeighborTable(0, params.candidates);
  NeighborTable lists = builder.choose_final(forward, builder.exchange_reverse(forward), extra, slots, part(0.9, 0.1));
  costs.merge_distances += builder.distances();
  return lists;
}

}  // namespace linktrail::dist
