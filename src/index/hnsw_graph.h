// An HNSW graph, or one rank's part of it, in memory. Distances are 1 - dot of normalised rows.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"
#include "index/params.h"

namespace linktrail {

using NodeId = std::uint32_t;  // position in the graph; hnswlib's internal id

struct Neighbor {
  float distance = 0;
  NodeId id = 0;

  // By distance, ties by id: a total order, so that sorting is deterministic.
  friend auto operator<=>(const Neighbor&, const Neighbor&) = default;
};

// One list of at most `capacity` ids a row, stored flat.
class NeighborLists {
 public:
  NeighborLists() = default;
  NeighborLists(std::size_t rows, std::uint32_t capacity)
      : ids_(rows * capacity, 0), counts_(rows, 0), capacity_(capacity) {}

  // From what raw_ids() and raw_counts() gave, e.g. on another rank. Throws std::length_error unless sizes fit.
  NeighborLists(std::vector<NodeId> ids, std::vector<std::uint16_t> counts, std::uint32_t capacity);

  std::size_t rows() const { return counts_.size(); }
  std::uint32_t capacity() const { return capacity_; }
  std::span<const NodeId> operator[](std::size_t row) const { return {ids_.data() + row * capacity_, counts_[row]}; }
  void assign(std::size_t row, std::span<const NodeId> ids);  // throws std::length_error above capacity
  bool push_back(std::size_t row, NodeId id);                 // false if full
  void replace(std::size_t row, std::size_t position, NodeId id) { ids_[row * capacity_ + position] = id; }

  std::span<const NodeId> raw_ids() const { return ids_; }
  std::span<const std::uint16_t> raw_counts() const { return counts_; }

 private:
  std::vector<NodeId> ids_;
  std::vector<std::uint16_t> counts_;
  std::uint32_t capacity_ = 0;
};

// Nodes [first, first + size()) of a graph; first is 0 for a whole one. Link ids are those of the whole graph.
struct HnswGraph {
  HnswParams params;
  NodeId first = 0;
  Matrix vectors;                          // [n, dim], rows of length 1 (or 0)
  std::vector<Qid> labels;                 // [n]
  std::vector<std::uint8_t> levels;        // [n]
  NeighborLists links0;                    // [n] lists of capacity 2 m
  std::vector<std::uint64_t> upper_begin;  // [n + 1]: node i owns rows upper_begin[i] + level - 1 of `upper`
  NeighborLists upper;                     // [sum of levels] lists of capacity m
  NodeId entry_point = 0;                  // of the whole graph
  std::int32_t max_level = -1;             // of the whole graph; -1 when empty

  std::size_t size() const { return labels.size(); }

  // Neighbours of node `first + row` on `level`, which is at most levels[row].
  std::span<const NodeId> links(std::size_t row, std::uint32_t level) const {
    return level == 0 ? links0[row] : upper[upper_begin[row] + level - 1];
  }
};

// Throws UsageError unless m is in [4, 1024] and ef_construction is at least 1.
void check(const HnswParams& params);

// Fills upper_begin and empty `upper` lists for the graph's levels.
void allocate_upper(HnswGraph& graph);

// Adds `offset` to every id in the lists (a shard's own numbers become those of the whole graph).
void shift_ids(NeighborLists& lists, NodeId offset);

// Level of an article: floor(-ln U / ln m) with U from hash(seed, qid). Depends on nothing else, so the hierarchy is
// the same for any number of ranks. At most 16.
std::uint8_t level_of(Qid qid, const HnswParams& params);

// Throws std::logic_error, naming node and list, unless ids are in range, lists have no repeats and no self link, upper
// neighbours reach the level, and the entry point owns max_level. For tests and after loading. Whole graphs only.
void validate(const HnswGraph& graph);

}  // namespace linktrail
