// Exact nearest neighbours by blocked matrix products (Eigen): the truth that indexes are held against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "index/hnsw_graph.h"

namespace linktrail {

// The k nearest rows of `base` for each query, sorted by Neighbor's order; `first` is added to row numbers, so ranks
// can search their parts and merge. Fewer than k only if base has fewer rows. Result: queries x k, flat, rows padded
// with {inf, max} where base is too small. O(queries * base * dim).
std::vector<Neighbor> exact_top_k(MatrixView base, NodeId first, MatrixView queries, std::size_t k);

// Merges `parts` lists of k neighbours a query (flat as above, one part after the other) to the k best.
std::vector<Neighbor> merge_top_k(std::span<const Neighbor> parts, std::size_t queries, std::size_t k);

// For each query, how many rows of `base` have a larger dot product than thresholds[q], not counting row `skip[q]`
// (a row number of base with `first` added, or any other number to skip none).
std::vector<std::uint64_t> count_above(MatrixView base, NodeId first, MatrixView queries,
                                       std::span<const float> thresholds, std::span<const NodeId> skip);

}  // namespace linktrail
