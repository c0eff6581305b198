#include "dist/level_candidates.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "index/merge.h"
#include "index/vector_lookup.h"

namespace linktrail::dist {

namespace {

constexpr float kFarthest = std::numeric_limits<float>::infinity();

struct Membership {
  LeafId leaf = 0;
  NodeId node = 0;

  friend auto operator<=>(const Membership&, const Membership&) = default;
};

// Collective. The members of this rank's leaves, sorted.
std::vector<Membership> gather_members(const LevelRows& level, const LevelPlan& plan, const comm::Communicator& comm) {
  std::vector<Membership> own(plan.leaves_of_row.size());
  for (std::size_t i = 0; i < own.size(); ++i)
    own[i] = {plan.leaves_of_row[i], static_cast<NodeId>(level.first + i / plan.overlap())};
  auto members =
      comm::exchange_by_owner(
          std::span<const Membership>(own), [&](const Membership& m) { return plan.owner_of_leaf(m.leaf); }, comm)
          .data;
  std::ranges::sort(members);
  return members;
}

// A cell's rows and leaves, as its sub-index wants them.
struct Cell {
  std::vector<NodeId> ids;
  Matrix rows;
  std::vector<std::size_t> leaf_begin{0};
  std::vector<std::uint32_t> members;

  CellRows view() const { return {ids, rows, leaf_begin, members}; }
};

// All but the rows. `members` are those of one cell.
Cell outline_of(std::span<const Membership> members) {
  Cell cell;
  for (const Membership& m : members) cell.ids.push_back(m.node);
  std::ranges::sort(cell.ids);
  cell.ids.erase(std::unique(cell.ids.begin(), cell.ids.end()), cell.ids.end());
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0 && members[i].leaf != members[i - 1].leaf) cell.leaf_begin.push_back(i);
    cell.members.push_back(
        static_cast<std::uint32_t>(std::ranges::lower_bound(cell.ids, members[i].node) - cell.ids.begin()));
  }
  if (!members.empty()) cell.leaf_begin.push_back(members.size());
  return cell;
}

// Collective. Gives the cell its rows, most of which are at home here.
void fetch_cell_rows(Cell& cell, const LevelRows& level, const comm::Communicator& comm) {
  VectorLookup lookup(level.rows, level.first);
  std::vector<NodeId> away;
  std::ranges::copy_if(cell.ids, std::back_inserter(away), [&](NodeId id) { return !lookup.is_local(id); });
  lookup.set_ghosts(away, fetch_rows(away, level.rows, *level.owners, comm));
  cell.rows = Matrix(cell.ids.size(), level.rows.dim);
  for (std::size_t i = 0; i < cell.ids.size(); ++i)
    std::copy_n(lookup.row(cell.ids[i]), level.rows.stride, cell.rows.row_data(i));
}

// Candidates on their way to the owner of their target: those of one target follow each other, sorted.
void take_in(std::span<const ReverseLink> arrived, NodeId first, NeighborTable& table) {
  std::vector<Neighbor> list;
  for (std::size_t i = 0; i < arrived.size();) {
    const NodeId target = arrived[i].target;
    list.clear();
    for (; i < arrived.size() && arrived[i].target == target; ++i) {
      const Neighbor next{arrived[i].distance, arrived[i].source};
      if (!list.empty() && next < list.back()) break;  // another leaf's list of the same target
      list.push_back(next);
    }
    table.merge(target - first, list);
  }
}

}  // namespace

NeighborTable find_candidates(const LevelRows& level, const LevelPlan& plan, const LevelParams& params,
                              LevelCosts& costs, const LevelDone& done, const comm::Communicator& comm) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Membership> members = gather_members(level, plan, comm);
  NeighborTable table(level.rows.rows, params.candidates);
  const auto engine = make_sub_index(params.sub_index);
  const auto rank = static_cast<std::size_t>(comm.rank());
  const std::uint32_t begin = plan.first_cell[rank];
  const std::uint32_t cells = plan.first_cell[rank + 1] - begin;
  const std::uint32_t rounds = comm::all_reduce(cells, comm::ReduceOp::kMax, comm);
  const VectorLookup home(level.rows, level.first);
  const auto leaf_begin = plan.partition.leaf_begin();
  const auto first_member = [&](std::uint32_t c) {
    return std::ranges::lower_bound(members, leaf_begin[begin + std::min(c, cells)], {}, &Membership::leaf);
  };
  for (std::uint32_t round = 0; round < rounds; ++round) {
    Cell cell = outline_of({first_member(round), first_member(round + 1)});
    fetch_cell_rows(cell, level, comm);
    std::vector<ReverseLink> away;
    comm::agreed(comm, [&] {
      engine->find_neighbors(
          cell.view(),
          [&](std::size_t row) {
            return home.is_local(cell.ids[row]) ? table.limit(cell.ids[row] - level.first) : kFarthest;
          },
          [&](std::size_t row, std::span<const Neighbor> nearest) {
            const NodeId node = cell.ids[row];
            if (home.is_local(node)) return table.merge(node - level.first, nearest);
            for (const Neighbor& near : nearest) away.push_back({node, near.id, near.distance});
          });
      done(static_cast<double>(round + 1) / rounds);
    });
    const auto arrived = comm::exchange_by_owner(
        std::span<const ReverseLink>(away), [&](const ReverseLink& link) { return (*level.owners)(link.target); },
        comm);
    take_in(arrived.data, level.first, table);
  }
  costs.build_distances += engine->distances();
  costs.build_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return table;
}

}  // namespace linktrail::dist
