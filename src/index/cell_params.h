// How a graph is built by cells, and what suits a set of which size. docs/adr/0007 has what other values give.
#pragma once

#include <cstdint>

#include "index/leaf_partition.h"
#include "index/refine_region.h"
#include "index/sub_index.h"

namespace linktrail {

// 0 in a number of rows, leaves, neighbours, candidates or links: as sized() says.
struct CellParams {
  SubIndexEngine engine = SubIndexEngine::kLeaf;
  LeafParams leaf{};
  std::uint32_t neighbors = 0;   // that a sub-index gives of a row
  std::uint32_t candidates = 0;  // of all sub-indexes, considered for the links of a row
  RefineParams refine{};
  std::uint32_t fill = 0;  // forward links that a row has at least: rejected ones fill up
  float slack = 1;         // of the choice of forward links (index/prune.h)
  // Beam of the hnswlib engine: less than for one build in one piece, since the overlap and the guided pass find more.
  std::uint32_t ef_construction = 64;
};

// The same for level 0 of a set of `rows`, with nothing left open. Small sets have larger leaves and more candidates,
// which a graph needs to lose nothing to one that stock hnswlib builds; the larger a set, the more stock loses itself.
// Cells are small enough that there are several for each of many ranks. The largest sets consider fewer candidates:
// their table, 8 bytes each, would be most of a rank's memory.
CellParams sized(const CellParams& params, std::uint64_t rows);

// The same for a level above, of `rows`. It leads from anywhere to anywhere: more overlap, more neighbours, and
// none but diverse links. There is no guided pass.
CellParams sized_above(CellParams params, std::uint64_t rows);

}  // namespace linktrail
