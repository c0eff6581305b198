// An order of vectors in which near ones are near: their lists of neighbours pack well, and a search touches few pages.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

// Row i of what is to be ordered: `dim` floats.
using RowAt = std::function<std::span<const float>(NodeId row)>;

// Rows 0 .. count - 1, halved again and again across the direction between two means of the part in hand: O(count *
// log(count)) dot products. Parts larger than `block` are cut at multiples of it, so that every block of that many rows
// is a cluster. Deterministic.
std::vector<NodeId> locality_order(std::size_t count, std::size_t dim, std::size_t block, const RowAt& row);

}  // namespace linktrail
