#include "index/cell_params.h"

#include <algorithm>
#include <limits>
#include <span>

namespace linktrail {

namespace {

struct Sizes {
  std::uint64_t most_rows;  // of the set
  std::uint32_t leaf_rows;
  std::uint32_t overlap;
  std::uint32_t neighbors;
  std::uint32_t candidates;
  std::uint32_t fill;
};

constexpr std::uint64_t kAnyRows = std::numeric_limits<std::uint64_t>::max();
constexpr Sizes kSizes[] = {
    {.most_rows = 499'999, .leaf_rows = 3000, .overlap = 5, .neighbors = 96, .candidates = 128, .fill = 8},
    {.most_rows = 3'999'999, .leaf_rows = 600, .overlap = 4, .neighbors = 48, .candidates = 96, .fill = 10},
    {.most_rows = kAnyRows, .leaf_rows = 2000, .overlap = 4, .neighbors = 48, .candidates = 64, .fill = 16},
};
// With 1/m of the rows, more overlap costs little.
constexpr Sizes kSizesAbove[] = {
    {.most_rows = 499'999, .leaf_rows = 1000, .overlap = 8, .neighbors = 64, .candidates = 96, .fill = 0},
    {.most_rows = kAnyRows, .leaf_rows = 600, .overlap = 8, .neighbors = 64, .candidates = 96, .fill = 0},
};

constexpr std::uint64_t kCells = 150;  // about, as long as none is smaller or larger than this:
constexpr std::uint64_t kLeastCellRows = 600;
constexpr std::uint64_t kMostCellRows = 8000;

std::uint32_t cell_rows_for(const LeafParams& leaf, std::uint64_t rows) {
  const std::uint64_t one_leaf = (leaf.leaf_rows + leaf.overlap - 1) / leaf.overlap;
  const std::uint64_t least = std::max(kLeastCellRows, one_leaf);
  return static_cast<std::uint32_t>(std::clamp(rows / kCells, least, std::max(least, kMostCellRows)));
}

void settle(std::uint32_t& open, std::uint32_t value) {
  if (open == 0) open = value;
}

CellParams settled(CellParams params, std::span<const Sizes> all, std::uint64_t rows) {
  const Sizes& sizes = *std::ranges::find_if(all, [&](const Sizes& row) { return rows <= row.most_rows; });
  settle(params.leaf.leaf_rows, sizes.leaf_rows);
  settle(params.leaf.overlap, sizes.overlap);
  settle(params.leaf.cell_rows, cell_rows_for(params.leaf, rows));
  settle(params.neighbors, sizes.neighbors);
  settle(params.candidates, sizes.candidates);
  settle(params.fill, sizes.fill);
  return params;
}

}  // namespace

CellParams sized(const CellParams& params, std::uint64_t rows) { return settled(params, kSizes, rows); }

CellParams sized_above(CellParams params, std::uint64_t rows) {
  params.leaf.overlap = std::min(2 * params.leaf.overlap, kMaxOverlap);
  params = settled(params, kSizesAbove, rows);
  params.neighbors = std::max(params.neighbors, kSizesAbove[0].neighbors);
  params.fill = 0;
  params.slack = 1;
  params.refine = {};
  return params;
}

}  // namespace linktrail
