// The sub-index of a cell behind one interface: who is near whom among the cell's rows. Two engines: exact neighbours
// in overlapping leaves, and a stock hnswlib build.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/leaf_partition.h"

namespace linktrail {

enum class SubIndexEngine { kLeaf, kHnswlib };

// Rows that belong to a leaf of the cell, with the numbers they have in the graph.
struct CellRows {
  std::span<const NodeId> ids;  // [n], rising
  MatrixView rows;              // [n, dim]
  // Leaf l has rows members[leaf_begin[l] .. leaf_begin[l + 1]), row numbers of this cell, rising.
  std::span<const std::size_t> leaf_begin;
  std::span<const std::uint32_t> members;
};

// Told the neighbours (ids of the graph) of row `row` of the cell, sorted; a row may be told of several times.
using NeighborSink = std::function<void(std::size_t row, std::span<const Neighbor> neighbors)>;
// Neighbours of a row of the cell that are farther than this need not be told.
using NeighborLimit = std::function<float(std::size_t row)>;

class SubIndex {
 public:
  virtual ~SubIndex() = default;
  // Deterministic; depends on nothing but the cell.
  virtual void find_neighbors(const CellRows& cell, const NeighborLimit& limit, const NeighborSink& sink) = 0;
  virtual std::uint64_t distances() const = 0;  // evaluated so far
};

struct SubIndexParams {
  SubIndexEngine engine = SubIndexEngine::kLeaf;
  LeafParams leaf;
  std::uint32_t neighbors = 32;  // of a row in a leaf
  HnswParams hnsw;               // of the hnswlib engine
};

std::unique_ptr<SubIndex> make_sub_index(const SubIndexParams& params);

// Cuts the rows of a leaf that came out too large into overlapping parts of at most `most` rows: by k-means, or, where
// that does not part them, by position. Row numbers of `rows`, rising in each part.
std::vector<std::vector<std::uint32_t>> split_leaf(MatrixView rows, std::size_t most);

}  // namespace linktrail
