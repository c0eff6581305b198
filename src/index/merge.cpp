#include "index/merge.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/checked_cast.h"
#include "index/duplicates.h"
#include "index/graph_search.h"
#include "index/upper_levels.h"
#include "index/vector_lookup.h"

namespace linktrail {

namespace {

std::span<const ReverseLink> links_to(std::span<const ReverseLink> incoming, NodeId target) {
  const auto range = std::ranges::equal_range(incoming, target, {}, &ReverseLink::target);
  return {range.begin(), range.end()};
}

std::vector<NodeId> ids_of(std::span<const Neighbor> neighbors) {
  std::vector<NodeId> ids;
  for (const Neighbor& neighbor : neighbors) ids.push_back(neighbor.id);
  return ids;
}

// Gives every shard its place in the whole graph.
void number_shards(std::vector<HnswGraph>& shards) {
  std::uint64_t first = 0;
  for (HnswGraph& shard : shards) {
    shard.first = checked_cast<NodeId>(first);
    shard.entry_point += shard.first;
    shift_ids(shard.links0, shard.first);
    shift_ids(shard.upper, shard.first);
    first += shard.size();
  }
  checked_cast<NodeId>(first);
}

HnswGraph join(std::vector<HnswGraph>& shards) {
  HnswGraph whole;
  whole.params = shards.front().params;
  const std::size_t total = shards.back().first + shards.back().size();
  whole.vectors = Matrix(total, shards.front().vectors.dim());
  whole.links0 = NeighborLists(total, 2 * whole.params.m);
  for (const HnswGraph& shard : shards) {
    whole.labels.insert(whole.labels.end(), shard.labels.begin(), shard.labels.end());
    whole.levels.insert(whole.levels.end(), shard.levels.begin(), shard.levels.end());
    for (std::size_t i = 0; i < shard.size(); ++i) {
      std::ranges::copy(shard.vectors.row(i), whole.vectors.row_data(shard.first + i));
      whole.links0.assign(shard.first + i, shard.links0[i]);
    }
  }
  return whole;
}

NeighborTable search_all_pairs(const std::vector<HnswGraph>& shards, std::size_t mine, const MergeParams& params,
                               MergeReport& report) {
  NeighborTable candidates = candidate_table(shards[mine].size(), shards[mine].params);
  for (std::size_t other = 0; other < shards.size(); ++other)
    if (other != mine) report.merge_distances += cross_search(shards[mine].vectors, shards[other], params, candidates);
  return candidates;
}

void add_upper_levels(HnswGraph& whole, MergeReport& report) {
  std::vector<NodeId> ids;
  std::vector<Qid> labels;
  std::vector<std::uint8_t> levels;
  for (NodeId node = 0; node < whole.size(); ++node) {
    if (whole.levels[node] == 0) continue;
    ids.push_back(node);
    labels.push_back(whole.labels[node]);
    levels.push_back(whole.levels[node]);
  }
  Matrix vectors(ids.size(), whole.vectors.dim());
  for (std::size_t i = 0; i < ids.size(); ++i)
    std::ranges::copy(std::as_const(whole.vectors).row(ids[i]), vectors.row_data(i));

  UpperLevels upper = build_upper_levels({vectors, ids, labels, levels}, whole.params);
  report.build_distances += upper.distances;
  allocate_upper(whole);
  whole.upper = std::move(upper.lists);  // rows are in the order of nodes in both
  whole.entry_point = upper.entry_point;
  whole.max_level = whole.size() == 0 ? -1 : upper.max_level;
}

}  // namespace

NeighborTable candidate_table(std::size_t rows, const HnswParams& params) {
  // The 4 m nearest of all foreign shards: the pruning stops at far fewer.
  return {rows, 4 * params.m};
}

NeighborTable forward_table(std::size_t rows, const HnswParams& params) {
  // A quarter of the list stays free for links from the other side.
  return {rows, params.m + params.m / 2};
}

std::uint64_t cross_search(MatrixView mine, const HnswGraph& foreign, const MergeParams& params,
                           NeighborTable& candidates, const RowsDone& done) {
  GraphSearch search(foreign);
  for (std::size_t row = 0; row < mine.rows; ++row) {
    for (const Neighbor& found : search.search(mine.row_data(row), params.search_ef)) candidates.insert(row, found);
    if ((row + 1) % kRowsBetweenCalls == 0 && done) done(row + 1);
  }
  return search.distances();
}

std::vector<NodeId> ids_in(const NeighborTable& candidates, std::size_t begin, std::size_t end) {
  std::vector<NodeId> ids;
  for (std::size_t row = begin; row < end; ++row)
    for (const Neighbor& candidate : candidates[row]) ids.push_back(candidate.id);
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void choose_forward(const HnswGraph& shard, const NeighborTable& candidates, std::size_t begin, std::size_t end,
                    Pruner& pruner, NeighborTable& forward) {
  const PruneParams params{.keep = shard.params.m + shard.params.m / 2, .backfill = Backfill::kNone};
  std::vector<Neighbor> all;
  for (std::size_t row = begin; row < end; ++row) {
    const auto node = static_cast<NodeId>(shard.first + row);
    all.assign(candidates[row].begin(), candidates[row].end());
    for (const NodeId id : shard.links0[row]) all.push_back({pruner.distance(node, id), id});
    sort_candidates(all, node);
    forward.assign(row, pruner.prune(all, params));
  }
}

std::vector<ReverseLink> reverse_links(const NeighborTable& forward, NodeId first) {
  std::vector<ReverseLink> links;
  for (std::size_t row = 0; row < forward.rows(); ++row)
    for (const Neighbor& neighbor : forward[row])
      links.push_back({neighbor.id, static_cast<NodeId>(first + row), neighbor.distance});
  return links;
}

void sort_incoming(std::vector<ReverseLink>& incoming, const HnswParams& params) {
  std::ranges::sort(incoming, {},
                    [](const ReverseLink& link) { return std::tuple(link.target, link.distance, link.source); });
  std::size_t rank = 0;
  NodeId target = 0;
  std::erase_if(incoming, [&](const ReverseLink& link) {
    rank = link.target == target ? rank + 1 : 0;
    target = link.target;
    return rank >= 8 * params.m;
  });
}

void choose_final(HnswGraph& shard, const NeighborTable& forward, std::span<const ReverseLink> incoming,
                  std::span<const std::uint32_t> slots, std::size_t begin, std::size_t end, Pruner& pruner) {
  std::vector<Neighbor> all;
  for (std::size_t row = begin; row < end; ++row) {
    const auto node = static_cast<NodeId>(shard.first + row);
    all.assign(forward[row].begin(), forward[row].end());
    for (const ReverseLink& link : links_to(incoming, node)) all.push_back({link.distance, link.source});
    sort_candidates(all, node);
    const std::size_t keep = shard.links0.capacity() - (slots.empty() ? 0 : slots[row]);
    shard.links0.assign(row, ids_of(pruner.prune(all, {.keep = keep, .backfill = Backfill::kNearestRejected})));
  }
}

HnswGraph merge_shards(std::vector<HnswGraph> shards, const MergeParams& params, MergeReport& report,
                       std::span<const std::uint32_t> slots) {
  if (shards.size() == 1) {
    free_slots(shards.front(), slots);
    return std::move(shards.front());
  }
  number_shards(shards);
  HnswGraph whole = join(shards);
  const VectorLookup vectors(whole.vectors, 0);
  Pruner pruner(vectors);
  std::vector<NeighborTable> forward;
  std::vector<ReverseLink> incoming;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const NeighborTable candidates = search_all_pairs(shards, i, params, report);
    forward.push_back(forward_table(shards[i].size(), shards[i].params));
    choose_forward(shards[i], candidates, 0, shards[i].size(), pruner, forward.back());
    const std::vector<ReverseLink> links = reverse_links(forward.back(), shards[i].first);
    incoming.insert(incoming.end(), links.begin(), links.end());
  }
  sort_incoming(incoming, whole.params);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const auto own_slots = slots.empty() ? slots : slots.subspan(shards[i].first, shards[i].size());
    choose_final(shards[i], forward[i], incoming, own_slots, 0, shards[i].size(), pruner);
    for (std::size_t row = 0; row < shards[i].size(); ++row)
      whole.links0.assign(shards[i].first + row, shards[i].links0[row]);
  }
  report.merge_distances += pruner.distances();
  add_upper_levels(whole, report);
  return whole;
}

}  // namespace linktrail
