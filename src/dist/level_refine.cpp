#include "dist/level_refine.h"

#include <algorithm>
#include <chrono>

#include "comm/agreement.h"
#include "comm/collectives.h"

namespace linktrail::dist {

namespace {

void append_links(const NeighborTable& draft, std::size_t row, std::vector<NodeId>& ids) {
  for (const Neighbor& neighbor : draft[row]) ids.push_back(neighbor.id);
  ids.resize(ids.size() + draft.capacity() - draft[row].size(), 0);
}

// Nodes that rows [begin, end) link to and that are not among them.
std::vector<NodeId> ghosts_of(const LevelRows& level, const NeighborTable& draft, std::size_t begin, std::size_t end) {
  std::vector<NodeId> ids;
  for (std::size_t row = begin; row < end; ++row)
    for (const Neighbor& neighbor : draft[row])
      if (neighbor.id < level.first + begin || neighbor.id >= level.first + end) ids.push_back(neighbor.id);
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// Collective. The region of rows [begin, end).
RefineRegion make_region(const LevelRows& level, const NeighborTable& draft, std::size_t begin, std::size_t end,
                         const comm::Communicator& comm) {
  const std::vector<NodeId> ghosts = ghosts_of(level, draft, begin, end);
  const Matrix ghost_rows = fetch_rows(ghosts, level.rows, *level.owners, comm);
  const auto ghost_links = fetch_values<NodeId>(
      ghosts, draft.capacity(), [&](std::size_t row, std::vector<NodeId>& ids) { append_links(draft, row, ids); },
      *level.owners, comm);
  const auto ghost_counts = fetch_values<std::uint32_t>(
      ghosts, 1,
      [&](std::size_t row, std::vector<std::uint32_t>& counts) {
        counts.push_back(static_cast<std::uint32_t>(draft[row].size()));
      },
      *level.owners, comm);

  Matrix rows(end - begin + ghosts.size(), level.rows.dim);
  std::vector<NodeId> links;
  std::vector<std::uint32_t> counts;
  for (std::size_t row = begin; row < end; ++row) {
    std::copy_n(level.rows.row_data(row), level.rows.stride, rows.row_data(row - begin));
    append_links(draft, row, links);
    counts.push_back(static_cast<std::uint32_t>(draft[row].size()));
  }
  for (std::size_t i = 0; i < ghosts.size(); ++i)
    std::copy_n(ghost_rows.row_data(i), ghost_rows.stride(), rows.row_data(end - begin + i));
  links.insert(links.end(), ghost_links.begin(), ghost_links.end());
  counts.insert(counts.end(), ghost_counts.begin(), ghost_counts.end());
  return {
      static_cast<NodeId>(level.first + begin), end - begin, ghosts, std::move(rows), links, counts, draft.capacity()};
}

}  // namespace

void refine_candidates(const LevelRows& level, const NeighborTable& draft, const LevelParams& params,
                       NeighborTable& table, LevelCosts& costs, const LevelDone& done, const comm::Communicator& comm) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t rounds = comm::all_reduce(std::uint64_t{level.stretch_ends.size()}, comm::ReduceOp::kMax, comm);
  std::size_t begin = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::size_t end = round < level.stretch_ends.size() ? level.stretch_ends[round] : begin;
    RefineRegion region = make_region(level, draft, begin, end, comm);
    comm::agreed(comm, [&] {
      for (std::size_t row = begin; row < end; ++row)
        table.merge(row, region.search(row - begin, table[row], params.refine.ef, params.candidates));
      done(static_cast<double>(round + 1) / static_cast<double>(rounds));
    });
    costs.merge_distances += region.distances();
    begin = end;
  }
  costs.refine_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace linktrail::dist
