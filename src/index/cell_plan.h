// Which rank takes which cells: consecutive ones, so that nodes numbered cell by cell lie on ranks in order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace linktrail {

// The first cell of every rank, and the number of cells at the end. The heaviest rank is as light as it can be. Work is
// in any unit. Deterministic.
std::vector<std::uint32_t> pack_cells(std::span<const std::uint64_t> work, std::size_t ranks);

// Work of the heaviest rank over the mean; 1 without any work.
double imbalance(std::span<const std::uint64_t> work, std::span<const std::uint32_t> first_cell);

}  // namespace linktrail
