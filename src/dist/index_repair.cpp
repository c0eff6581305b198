// Connectivity over ranks. The links of all ranks meet on rank 0, which decides; the vectors stay where they are, and
// ranks answer which of their reached nodes are nearest to an island.
#include <algorithm>
#include <optional>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "dist/index_steps.h"
#include "index/exact_search.h"

namespace linktrail::dist {

namespace {

struct ChangedLink {
  NodeId node = 0;
  NodeId neighbor = 0;
};

// Collective. The whole level 0 without vectors, on rank 0; empty elsewhere.
HnswGraph gather_links(const HnswGraph& part, const comm::Communicator& comm) {
  HnswGraph whole;
  auto ids = comm::gather<NodeId>(part.links0.raw_ids(), 0, comm).data;
  auto counts = comm::gather<std::uint16_t>(part.links0.raw_counts(), 0, comm).data;
  whole.params = part.params;
  whole.labels.resize(counts.size());
  whole.levels.resize(counts.size());
  whole.links0 = NeighborLists(std::move(ids), std::move(counts), part.links0.capacity());
  whole.entry_point = part.entry_point;
  whole.max_level = whole.size() == 0 ? -1 : part.max_level;
  return whole;
}

// Collective. Rank 0's flags of all nodes, cut to this rank's.
std::vector<std::uint8_t> own_flags(std::span<const std::uint8_t> flags, const NodeOwners& owners,
                                    const comm::Communicator& comm) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm.size()), 0);
  if (comm.is_root())
    for (int rank = 0; rank < comm.size(); ++rank) {
      const std::uint64_t end = rank + 1 < comm.size() ? owners.first(rank + 1) : owners.total();
      counts[static_cast<std::size_t>(rank)] = end - owners.first(rank);
    }
  return comm::all_to_all<std::uint8_t>(flags, counts, comm).data;
}

// Collective. On rank 0 the nearest reached nodes to each stuck one, as LevelRepair wants them.
std::vector<Neighbor> nearest_reached(const HnswGraph& part, std::span<const NodeId> stuck,
                                      std::span<const std::uint8_t> reached, const NodeOwners& owners,
                                      const comm::Communicator& comm) {
  const Matrix queries = fetch_rows(stuck, part.vectors, owners, comm);
  const auto mine = nearest_marked(part.vectors, part.first, own_flags(reached, owners, comm), queries, kRepairWidth);
  return merge_top_k(comm::gather<Neighbor>(mine, 0, comm).data, stuck.size(), kRepairWidth);
}

std::vector<ChangedLink> changed_lists(const HnswGraph& whole, std::span<const NodeId> changed) {
  std::vector<NodeId> nodes(changed.begin(), changed.end());
  std::ranges::sort(nodes);
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  std::vector<ChangedLink> links;
  for (const NodeId node : nodes)
    for (const NodeId neighbor : whole.links0[node]) links.push_back({node, neighbor});
  return links;
}

void apply_changes(std::span<const ChangedLink> links, HnswGraph& part) {
  for (std::size_t begin = 0; begin < links.size();) {
    std::vector<NodeId> ids;
    std::size_t end = begin;
    for (; end < links.size() && links[end].node == links[begin].node; ++end) ids.push_back(links[end].neighbor);
    part.links0.assign(links[begin].node - part.first, ids);
    begin = end;
  }
}

void share(ConnectivityReport& report, const comm::Communicator& comm) {
  std::uint64_t counts[] = {report.nodes, report.unreachable_before, report.unreachable_after, report.zero_in_degree,
                            report.repaired};
  comm::broadcast(std::span<std::uint64_t>(counts), 0, comm);
  comm::broadcast(std::span<double>(&report.mean_degree, 1), 0, comm);
  report = {.nodes = counts[0],
            .unreachable_before = counts[1],
            .unreachable_after = counts[2],
            .zero_in_degree = counts[3],
            .repaired = counts[4],
            .mean_degree = report.mean_degree,
            .in_degree_histogram = comm::broadcast(std::move(report.in_degree_histogram), 0, comm)};
}

}  // namespace

void repair_level0(HnswGraph& part, const NodeOwners& owners, IndexReport& report, const comm::Communicator& comm) {
  HnswGraph whole = gather_links(part, comm);
  std::optional<LevelRepair> repair;
  std::vector<NodeId> stuck;
  std::vector<std::uint8_t> reached;
  comm::agreed_on_root(comm, [&] {
    report.connectivity = check_connectivity(whole);
    repair.emplace(whole, 0U);
    stuck.assign(repair->stuck().begin(), repair->stuck().end());
    reached.assign(repair->reached().begin(), repair->reached().end());
  });
  stuck = comm::broadcast(std::move(stuck), 0, comm);
  const auto nearest = nearest_reached(part, stuck, reached, owners, comm);
  std::vector<ChangedLink> changes;
  comm::agreed_on_root(comm, [&] {
    repair->attach_stuck(nearest, kRepairWidth);
    report.connectivity.repaired = repair->changed().size();
    report.connectivity.unreachable_after = check_connectivity(whole).unreachable_before;
    changes = changed_lists(whole, repair->changed());
  });
  apply_changes(
      comm::exchange_by_owner(
          std::span<const ChangedLink>(changes), [&](const ChangedLink& link) { return owners(link.node); }, comm)
          .data,
      part);
  share(report.connectivity, comm);
}

}  // namespace linktrail::dist
