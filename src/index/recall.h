// Recall@k, aware of ties: a neighbour as near as the k-th true one is right, whichever of equal points it is.
#pragma once

#include <cstddef>
#include <span>

#include "index/hnsw_graph.h"

namespace linktrail {

// Share of found[0..k) with distance <= truth[k-1].distance + epsilon. truth is sorted and has at least min(k, size)
// entries.
double recall_at(std::span<const Neighbor> found, std::span<const Neighbor> truth, std::size_t k,
                 float epsilon = 1e-6F);

}  // namespace linktrail
