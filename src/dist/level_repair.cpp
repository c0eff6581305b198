#include "dist/level_repair.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "index/exact_search.h"

namespace linktrail::dist {

namespace {

constexpr NodeId kNobody = std::numeric_limits<NodeId>::max();
// Nodes that lead to no reached node are attached so many at a time: one may bring all others of its island.
constexpr std::size_t kStuckAtOnce = 64;

// A link that is walked, or asked for.
struct Edge {
  NodeId from = 0;
  NodeId to = 0;

  friend auto operator<=>(const Edge&, const Edge&) = default;
};

class LevelSearch {
 public:
  LevelSearch(const LinkedRows& level, const comm::Communicator& comm)
      : level_(level), comm_(comm), parent_(level.rows.rows, kNobody) {}

  // Collective. Marks what the given nodes (of this rank, marked already) lead to, ring by ring; of several that lead
  // to a node in one ring, the lowest is its parent.
  void walk(std::vector<NodeId> ring) {
    while (sum(ring.size()) > 0) {
      std::vector<Edge> edges;
      for (const NodeId node : ring)
        for (const NodeId to : links(node)) edges.push_back({node, to});
      ring.clear();
      for (const Edge& edge : sent_to_target(std::move(edges))) {
        NodeId& parent = parent_[edge.to - level_.first];
        if (parent != kNobody) continue;
        parent = edge.from;  // edges come sorted by (to, from)
        ring.push_back(edge.to);
      }
    }
  }

  void start(NodeId node) { parent_[node - level_.first] = node; }
  bool reached(NodeId node) const { return parent_[node - level_.first] != kNobody; }

  std::vector<NodeId> unreached() const {
    std::vector<NodeId> nodes;
    for (std::size_t row = 0; row < parent_.size(); ++row)
      if (parent_[row] == kNobody) nodes.push_back(static_cast<NodeId>(level_.first + row));
    return nodes;
  }

  // Collective. Asks for one link to each wish's `to` (an unreached node of this rank) from its `from`; walks on from
  // the nodes that got theirs. Returns how many on all ranks.
  std::uint64_t attach(std::span<const Edge> wishes) {
    std::vector<Edge> asked = comm::exchange_by_owner(
                                  wishes, [&](const Edge& wish) { return (*level_.owners)(wish.from); }, comm_)
                                  .data;
    std::ranges::sort(asked);
    const std::vector<Edge> granted = grant(asked);
    const auto got = comm::exchange_by_owner(
        std::span<const Edge>(granted), [&](const Edge& edge) { return (*level_.owners)(edge.to); }, comm_);
    std::vector<NodeId> ring;
    for (const Edge& edge : got.data) {
      parent_[edge.to - level_.first] = edge.from;
      ring.push_back(edge.to);
    }
    const std::uint64_t attached = sum(ring.size());
    walk(std::move(ring));
    return attached;
  }

  // Collective. For each unreached node the first of its own links that is reached, if any.
  std::vector<Edge> wishes_by_own_links() const {
    const std::vector<NodeId> nodes = unreached();
    std::vector<NodeId> targets;
    for (const NodeId node : nodes) targets.insert(targets.end(), links(node).begin(), links(node).end());
    const std::vector<NodeId> parents = parents_of(targets);
    std::vector<Edge> wishes;
    std::size_t next = 0;
    for (const NodeId node : nodes) {
      const auto own = std::span(parents).subspan(next, links(node).size());
      const auto first = std::ranges::find_if(own, [](NodeId parent) { return parent != kNobody; });
      if (first != own.end()) wishes.push_back({targets[next + static_cast<std::size_t>(first - own.begin())], node});
      next += own.size();
    }
    return wishes;
  }

  // Collective. The lowest unreached nodes, equal on all ranks.
  std::vector<NodeId> stuck() const {
    std::vector<NodeId> mine = unreached();
    mine.resize(std::min(mine.size(), kStuckAtOnce));
    std::vector<NodeId> all = comm::all_gather(std::span<const NodeId>(mine), comm_);
    all.resize(std::min(all.size(), kStuckAtOnce));  // ranks follow each other, so it is rising
    return all;
  }

  // Collective. Links each stuck node from the nearest reached one that has room.
  std::uint64_t attach_stuck(std::span<const NodeId> stuck, std::size_t width) {
    const Matrix queries = fetch_rows(stuck, level_.rows, *level_.owners, comm_);
    std::vector<std::uint8_t> marked(parent_.size());
    for (std::size_t row = 0; row < marked.size(); ++row) marked[row] = parent_[row] != kNobody;
    const auto mine = nearest_marked(level_.rows, level_.first, marked, queries, width);
    const auto nearest = merge_top_k(comm::all_gather(std::span<const Neighbor>(mine), comm_), stuck.size(), width);
    std::uint64_t attached = 0;
    for (std::size_t w = 0; w < width; ++w) {
      std::vector<Edge> wishes;
      for (std::size_t i = 0; i < stuck.size(); ++i)
        if (is_mine(stuck[i]) && !reached(stuck[i]) && nearest[i * width + w].id != kNobody)
          wishes.push_back({nearest[i * width + w].id, stuck[i]});
      if (sum(wishes.size()) > 0) attached += attach(wishes);
    }
    return attached;
  }

  std::uint64_t sum(std::uint64_t mine) const { return comm::all_reduce(mine, comm::ReduceOp::kSum, comm_); }

 private:
  std::span<const NodeId> links(NodeId node) const { return std::as_const(*level_.lists)[node - level_.first]; }
  bool is_mine(NodeId node) const { return node >= level_.first && node - level_.first < parent_.size(); }

  // Collective. Edges at the owners of their targets, sorted by (to, from), the lowest for each target.
  std::vector<Edge> sent_to_target(std::vector<Edge> edges) const {
    const auto keep_lowest = [](std::vector<Edge>& list) {
      std::ranges::sort(list, {}, [](const Edge& edge) { return std::pair(edge.to, edge.from); });
      list.erase(std::unique(list.begin(), list.end(), [](const Edge& a, const Edge& b) { return a.to == b.to; }),
                 list.end());
    };
    std::erase_if(edges, [&](const Edge& edge) { return is_mine(edge.to) && reached(edge.to); });
    keep_lowest(edges);
    auto arrived = comm::exchange_by_owner(
                       std::span<const Edge>(edges), [&](const Edge& edge) { return (*level_.owners)(edge.to); }, comm_)
                       .data;
    keep_lowest(arrived);
    return arrived;
  }

  // Collective. The parent of each node, in their order.
  std::vector<NodeId> parents_of(std::span<const NodeId> nodes) const {
    std::vector<NodeId> wanted(nodes.begin(), nodes.end());
    std::ranges::sort(wanted);
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const auto parents = fetch_values<NodeId>(
        wanted, 1, [&](std::size_t row, std::vector<NodeId>& answers) { answers.push_back(parent_[row]); },
        *level_.owners, comm_);
    std::vector<NodeId> result;
    for (const NodeId node : nodes)
      result.push_back(parents[static_cast<std::size_t>(std::ranges::lower_bound(wanted, node) - wanted.begin())]);
    return result;
  }

  // Collective. Puts the asked links (sorted, of this rank's nodes) into their lists where there is room: a free slot,
  // or that of a link which is not of the search tree, from the farthest on.
  std::vector<Edge> grant(std::span<const Edge> asked) {
    std::vector<NodeId> targets;
    for (const Edge& edge : asked) targets.insert(targets.end(), links(edge.from).begin(), links(edge.from).end());
    const std::vector<NodeId> parents = parents_of(targets);
    std::vector<Edge> granted;
    std::size_t next = 0;
    for (std::size_t i = 0; i < asked.size();) {
      const NodeId from = asked[i].from;
      const std::size_t row = from - level_.first;
      const std::size_t before = links(from).size();
      std::size_t position = before;
      for (; i < asked.size() && asked[i].from == from; ++i) {
        if (!level_.lists->push_back(row, asked[i].to)) {
          while (position > 0 && parents[next + position - 1] == from) --position;
          if (position == 0) continue;
          level_.lists->replace(row, --position, asked[i].to);
        }
        granted.push_back(asked[i]);
      }
      // Every wish for this node brought the same targets.
      const auto wishes = std::ranges::equal_range(asked, from, {}, &Edge::from);
      next += before * static_cast<std::size_t>(wishes.size());
    }
    return granted;
  }

  LinkedRows level_;
  const comm::Communicator& comm_;
  std::vector<NodeId> parent_;  // in the search tree; of a start itself; kNobody: not reached
};

}  // namespace

RepairReport repair_level(const LinkedRows& level, std::span<const std::uint32_t> starts,
                          const comm::Communicator& comm) {
  LevelSearch search(level, comm);
  RepairReport report;
  std::vector<NodeId> ring;
  for (const std::uint32_t row : starts) {
    ring.push_back(static_cast<NodeId>(level.first + row));
    search.start(ring.back());
  }
  const bool any_start = search.sum(ring.size()) > 0;
  search.walk(std::move(ring));
  report.unreachable_before = report.unreachable_after = search.sum(search.unreached().size());
  for (std::size_t width = kRepairWidth; any_start && report.unreachable_after > 0;) {
    std::uint64_t attached = search.attach(search.wishes_by_own_links());
    if (attached == 0) {
      attached = search.attach_stuck(search.stuck(), width);
      width = attached == 0 ? 2 * width : kRepairWidth;  // somewhere there is room: a tree has fewer links than slots
    }
    report.repaired += attached;
    report.unreachable_after = search.sum(search.unreached().size());
  }
  return report;
}

ConnectivityReport count_degrees(const LinkedRows& level, const comm::Communicator& comm) {
  constexpr std::uint64_t kBatch = 1U << 20;  // rows whose links are counted between two exchanges
  constexpr std::size_t kBuckets = 33;
  const std::uint64_t rows = level.rows.rows;
  const std::uint64_t batches = comm::all_reduce((rows + kBatch - 1) / kBatch, comm::ReduceOp::kMax, comm);
  std::vector<std::uint32_t> in_degree(rows, 0);
  std::vector<std::uint64_t> sums(kBuckets + 2, 0);  // histogram, links, nodes
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    std::vector<NodeId> targets;
    for (std::uint64_t row = std::min(rows, batch * kBatch); row < std::min(rows, (batch + 1) * kBatch); ++row)
      for (const NodeId id : std::as_const(*level.lists)[row]) targets.push_back(id);
    sums[kBuckets] += targets.size();
    for (const NodeId id : comm::exchange_by_owner(std::span<const NodeId>(targets), *level.owners, comm).data)
      ++in_degree[id - level.first];
  }
  sums[kBuckets + 1] = rows;
  for (const std::uint32_t degree : in_degree) ++sums[static_cast<std::size_t>(std::bit_width(degree))];
  comm::all_reduce(std::span<std::uint64_t>(sums), comm::ReduceOp::kSum, comm);
  ConnectivityReport report{.nodes = sums[kBuckets + 1], .zero_in_degree = sums[0]};
  if (report.nodes > 0) report.mean_degree = static_cast<double>(sums[kBuckets]) / static_cast<double>(report.nodes);
  sums.resize(kBuckets);
  while (!sums.empty() && sums.back() == 0) sums.pop_back();
  report.in_degree_histogram = std::move(sums);
  return report;
}

}  // namespace linktrail::dist
