// A node's neighbours in few bytes: sorted, as gaps of one to four bytes each (Lemire, Kurz & Rupp 2018, Stream VByte,
// arXiv 1709.08990), so that near numbers are short.
//
//   u8 count | ceil(count / 4) control bytes: 2 bits a gap, its bytes less one | the gaps
//
// The first "gap" is the difference of the first neighbour and the node itself, its sign in the lowest bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

inline constexpr std::size_t kMaxPackedLinks = 255;
// What unpacking (compact_kernels.h) may read from where a list begins.
inline constexpr std::size_t kMaxPackedBytes = 1 + (kMaxPackedLinks + 3) / 4 + 4 * kMaxPackedLinks + 4;

// Appends the list of `node`: distinct ids in any order, below 2^31. Throws std::length_error above kMaxPackedLinks.
void pack_links(NodeId node, std::span<const NodeId> links, std::vector<std::uint8_t>& to);

}  // namespace linktrail
