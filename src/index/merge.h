// The plain merge of sub-indexes into one graph, as steps that know nothing of where the shards live.
//
// Every node searches every foreign shard; what it finds and its own links are pruned to its forward links; each
// forward link is offered back to its target, which prunes again, to what a list holds. Nothing is inserted and no step
// depends on the order of nodes, so ranks work side by side and the result is deterministic. Cost grows with the number
// of shards. After "naive graph merging" (Ponomarenko 2025, arXiv 2505.16064); upper levels are built anew
// (upper_levels.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/neighbor_table.h"
#include "index/prune.h"

namespace linktrail {

struct MergeParams {
  // Beam of the searches in foreign shards: about as many as a list has forward links. docs/adr/0003 has the recall
  // that it gives; `bench_index --merge-ef` compares others.
  std::uint32_t search_ef = 16;
};

// A forward link seen from its target.
struct ReverseLink {
  NodeId target = 0;
  NodeId source = 0;
  float distance = 0;
};

// A table for what cross_search() finds.
NeighborTable candidate_table(std::size_t rows, const HnswParams& params);

// Step a: searches each row of `mine` in the foreign shard, whose ids are those of the whole graph, and adds what it
// finds. Returns the number of distances evaluated.
std::uint64_t cross_search(MatrixView mine, const HnswGraph& foreign, const MergeParams& params,
                           NeighborTable& candidates, const RowsDone& done = {});

// The ids in rows [begin, end) of candidates, once each and rising: the vectors that step b needs from elsewhere.
std::vector<NodeId> ids_in(const NeighborTable& candidates, std::size_t begin, std::size_t end);

// Step b: forward links of the shard's rows [begin, end) from its own links (ids of the whole graph) and the
// candidates.
void choose_forward(const HnswGraph& shard, const NeighborTable& candidates, std::size_t begin, std::size_t end,
                    Pruner& pruner, NeighborTable& forward);

// A table for the forward links of a shard.
NeighborTable forward_table(std::size_t rows, const HnswParams& params);

// Step c, first half: one reverse link for each forward link of the nodes [first, first + rows).
std::vector<ReverseLink> reverse_links(const NeighborTable& forward, NodeId first);

// Step c, second half: final lists of the shard's rows [begin, end) from forward links and the reverse links that point
// at them. `incoming` is sorted by (target, distance, source). Row i keeps slots[i] links free (slots may be empty for
// none).
void choose_final(HnswGraph& shard, const NeighborTable& forward, std::span<const ReverseLink> incoming,
                  std::span<const std::uint32_t> slots, std::size_t begin, std::size_t end, Pruner& pruner);

// Sorts links as choose_final() wants them and drops, for each target, those beyond the nearest 8 m: the lists of hubs
// stay bounded.
void sort_incoming(std::vector<ReverseLink>& incoming, const HnswParams& params);

struct MergeReport {
  std::uint64_t build_distances = 0;  // in the shards and the upper levels
  std::uint64_t merge_distances = 0;  // in searches and prunings of the merge
};

// The merge in one process: whole graphs (first = 0, links inside) of distinct vectors become one, numbered in the
// given order, with upper levels. A single shard is returned as it is. `slots` as in choose_final, for the whole graph.
HnswGraph merge_shards(std::vector<HnswGraph> shards, const MergeParams& params, MergeReport& report,
                       std::span<const std::uint32_t> slots = {});

}  // namespace linktrail
