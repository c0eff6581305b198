// Equal vectors: one of them, the representative, takes part in building; its copies hang below it as a tree.
//
// Left alone, a group of equal vectors larger than a list links only to itself and swallows searches. In the tree every
// copy is reached through its parent, and leads back to the representative and on to its neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

// A hash of the values of a row, so that equal rows meet on one shard.
std::uint64_t vector_hash(std::span<const float> row);

// Order of rows in a shard: the representatives by label, then the copies by (representative, label).
struct DistinctRows {
  std::vector<std::uint32_t> order;           // rows of the input
  std::size_t distinct = 0;                   // representatives are order[0 .. distinct)
  std::vector<std::uint32_t> representative;  // copy order[distinct + i] equals representative order[representative[i]]
};

// Of equal rows the one with the smallest label represents. Labels are distinct. O(n log n).
DistinctRows find_duplicates(MatrixView rows, std::span<const Qid> labels);

// Links that representative p of the order must leave free for its first copies, for all p.
std::vector<std::uint32_t> slots_for_copies(const DistinctRows& rows, std::uint32_t m);

// Prunes lists of level 0 that are longer than 2 m less the slots; for a graph of the representatives alone.
void free_slots(HnswGraph& graph, std::span<const std::uint32_t> slots);

// Gives the copies, nodes [first + distinct, first + size) of the part, their links, and the representatives theirs to
// them. The representatives' own lists are complete and leave slots_for_copies() free.
void attach_copies(HnswGraph& part, const DistinctRows& rows);

// The same for one group: representative and copies are rows of the part, the copies `first_copy` and those behind it.
void attach_copies_of(HnswGraph& part, std::size_t representative, std::size_t first_copy, std::size_t copies);

// Links that the representative of a group must leave free.
std::uint32_t slots_for(std::size_t copies, std::uint32_t m);

}  // namespace linktrail
