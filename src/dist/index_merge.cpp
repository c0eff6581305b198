// The plain merge over ranks: sub-indexes travel around a ring; vectors and reverse links go by owner.
#include <algorithm>
#include <chrono>
#include <utility>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "dist/index_steps.h"
#include "index/prune.h"
#include "index/upper_levels.h"

namespace linktrail::dist {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class T>
std::span<const T> as_span(const std::vector<T>& values) {
  return values;
}

// What of a sub-index does not follow from its arrays.
struct Summary {
  std::uint64_t rows = 0;
  NodeId first = 0;
  NodeId entry_point = 0;
  std::int32_t max_level = -1;
};

// Collective. Hands `graph` to the next rank and returns that of the previous one. Labels stay behind (no search needs
// them); zeros take their place.
HnswGraph pass_on(const HnswGraph& graph, const comm::Communicator& comm) {
  const int to = (comm.rank() + 1) % comm.size();
  const int from = (comm.rank() + comm.size() - 1) % comm.size();
  const Summary own{graph.size(), graph.first, graph.entry_point, graph.max_level};
  const Summary summary = comm::shift<Summary>({&own, 1}, to, from, comm).at(0);
  HnswGraph result;
  result.params = graph.params;
  result.first = summary.first;
  result.entry_point = summary.entry_point;
  result.max_level = summary.max_level;
  result.labels.resize(summary.rows);
  const auto floats = comm::shift<float>({graph.vectors.data(), graph.size() * graph.vectors.stride()}, to, from, comm);
  result.vectors = Matrix(summary.rows, graph.vectors.dim());
  std::ranges::copy(floats, result.vectors.data());
  result.levels = comm::shift<std::uint8_t>(as_span(graph.levels), to, from, comm);
  const auto shift_lists = [&](const NeighborLists& lists) {
    auto ids = comm::shift<NodeId>(lists.raw_ids(), to, from, comm);
    auto counts = comm::shift<std::uint16_t>(lists.raw_counts(), to, from, comm);
    return NeighborLists(std::move(ids), std::move(counts), lists.capacity());
  };
  result.links0 = shift_lists(graph.links0);
  NeighborLists upper = shift_lists(graph.upper);
  allocate_upper(result);
  result.upper = std::move(upper);
  return result;
}

// Collective. Every rank's sub-index visits every rank once.
NeighborTable search_foreign_shards(const HnswGraph& mine, const MergeParams& params, const ProgressTracker& progress,
                                    std::uint64_t& distances, const comm::Communicator& comm) {
  NeighborTable candidates = candidate_table(mine.size(), mine.params);
  HnswGraph visitor;
  const auto visits = static_cast<std::size_t>(comm.size() - 1);
  for (std::size_t visit = 0; visit < visits; ++visit) {
    visitor = pass_on(visit == 0 ? mine : visitor, comm);
    comm::agreed(comm, [&] {
      distances += cross_search(mine.vectors, visitor, params, candidates, [&](std::size_t rows) {
        progress.at(IndexPhase::kSearch, visit * mine.size() + rows, visits * mine.size());
      });
    });
  }
  return candidates;
}

// Collective. Calls work(begin, end), which must not communicate, on batches of rows, after the lookup has the rows of
// all nodes in wanted(begin, end).
template <class Wanted, class Work>
void for_each_batch(const Shard& shard, std::uint64_t batch_rows, VectorLookup& lookup, const NodeOwners& owners,
                    const comm::Communicator& comm, Wanted wanted, Work work) {
  const std::uint64_t rows = shard.graph.size();
  const std::uint64_t batches = comm::all_reduce((rows + batch_rows - 1) / batch_rows, comm::ReduceOp::kMax, comm);
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    const std::uint64_t begin = std::min(rows, batch * batch_rows);
    const std::uint64_t end = std::min(rows, begin + batch_rows);
    std::vector<NodeId> ids = wanted(begin, end);
    std::erase_if(ids, [&](NodeId id) { return lookup.is_local(id); });
    lookup.set_ghosts(ids, fetch_rows(ids, shard.all.vectors, owners, comm));
    comm::agreed(comm, [&] { work(begin, end); });
  }
}

std::vector<NodeId> sources_in(std::span<const ReverseLink> incoming, NodeId first, std::uint64_t begin,
                               std::uint64_t end) {
  const auto low = std::ranges::lower_bound(incoming, first + begin, {}, &ReverseLink::target);
  const auto high = std::ranges::lower_bound(incoming, first + end, {}, &ReverseLink::target);
  std::vector<NodeId> ids;
  std::transform(low, high, std::back_inserter(ids), [](const ReverseLink& link) { return link.source; });
  return ids;
}

std::vector<NodeId> united(std::vector<NodeId> a, const std::vector<NodeId>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::ranges::sort(a);
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

void number_as_part(HnswGraph& graph, NodeId first) {
  graph.first = first;
  graph.entry_point += first;
  shift_ids(graph.links0, first);
  shift_ids(graph.upper, first);
}

}  // namespace

void merge_level0(Shard& shard, const NodeOwners& owners, const IndexParams& params, const ProgressTracker& progress,
                  IndexReport& report, const comm::Communicator& comm) {
  HnswGraph& graph = shard.graph;
  number_as_part(graph, owners.first(comm.rank()));
  const auto search_start = Clock::now();
  const NeighborTable candidates = search_foreign_shards(graph, params.merge, progress, report.merge_distances, comm);
  report.seconds.search = seconds_since(search_start);

  const auto prune_start = Clock::now();
  VectorLookup lookup(graph.vectors, graph.first);
  Pruner pruner(lookup);
  NeighborTable forward = forward_table(graph.size(), graph.params);
  for_each_batch(
      shard, params.batch_rows, lookup, owners, comm,
      [&](std::uint64_t begin, std::uint64_t end) { return ids_in(candidates, begin, end); },
      [&](std::uint64_t begin, std::uint64_t end) {
        choose_forward(graph, candidates, begin, end, pruner, forward);
        progress.at(IndexPhase::kPrune, end, 2 * graph.size());
      });

  const std::vector<ReverseLink> outgoing = reverse_links(forward, graph.first);
  auto incoming = comm::exchange_by_owner(
                      as_span(outgoing), [&](const ReverseLink& link) { return owners(link.target); }, comm)
                      .data;
  sort_incoming(incoming, graph.params);
  const auto slots = slots_for_copies(shard.rows, graph.params.m);
  for_each_batch(
      shard, params.batch_rows, lookup, owners, comm,
      [&](std::uint64_t begin, std::uint64_t end) {
        return united(ids_in(forward, begin, end), sources_in(incoming, graph.first, begin, end));
      },
      [&](std::uint64_t begin, std::uint64_t end) {
        choose_final(graph, forward, incoming, slots, begin, end, pruner);
        progress.at(IndexPhase::kPrune, graph.size() + end, 2 * graph.size());
      });
  report.merge_distances += pruner.distances();
  report.seconds.prune = seconds_since(prune_start);
}

void rebuild_upper_levels(HnswGraph& graph, IndexReport& report, const comm::Communicator& comm) {
  std::vector<NodeId> ids;
  std::vector<Qid> labels;
  std::vector<std::uint8_t> levels;
  std::vector<float> floats;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (graph.levels[i] == 0) continue;
    ids.push_back(static_cast<NodeId>(graph.first + i));
    labels.push_back(graph.labels[i]);
    levels.push_back(graph.levels[i]);
    floats.insert(floats.end(), graph.vectors.row_data(i), graph.vectors.row_data(i) + graph.vectors.stride());
  }
  const auto all_ids = comm::gather(as_span(ids), 0, comm).data;
  const auto all_labels = comm::gather(as_span(labels), 0, comm).data;
  const auto all_levels = comm::gather(as_span(levels), 0, comm).data;
  const auto all_floats = comm::gather(as_span(floats), 0, comm).data;

  UpperLevels upper;
  comm::agreed_on_root(comm, [&] {
    const MatrixView rows{all_floats.data(), all_ids.size(), graph.vectors.dim(), graph.vectors.stride()};
    upper = build_upper_levels({rows, all_ids, all_labels, all_levels}, graph.params);
    report.build_distances += upper.distances;
  });
  // The lists of 1/m of the nodes: small enough to give all of them to everyone.
  Summary summary{upper.lists.rows(), 0, upper.entry_point, upper.max_level};
  comm::broadcast(std::span<Summary>(&summary, 1), 0, comm);
  const auto list_ids =
      comm::broadcast(std::vector<NodeId>(upper.lists.raw_ids().begin(), upper.lists.raw_ids().end()), 0, comm);
  const auto counts = comm::broadcast(
      std::vector<std::uint16_t>(upper.lists.raw_counts().begin(), upper.lists.raw_counts().end()), 0, comm);
  allocate_upper(graph);
  const std::uint64_t begin = comm::exclusive_scan(graph.upper.rows(), comm);
  const NeighborLists whole(list_ids, counts, graph.params.m);
  for (std::size_t i = 0; i < graph.upper.rows(); ++i) graph.upper.assign(i, whole[begin + i]);
  const std::uint64_t nodes = comm::all_reduce(std::uint64_t{graph.size()}, comm::ReduceOp::kSum, comm);
  graph.entry_point = summary.entry_point;
  graph.max_level = nodes == 0 ? -1 : summary.max_level;
}

}  // namespace linktrail::dist
