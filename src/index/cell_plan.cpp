#include "index/cell_plan.h"

#include <algorithm>
#include <numeric>

namespace linktrail {

namespace {

// Fills rank after rank up to `most`; empty if the cells do not fit.
std::vector<std::uint32_t> fill(std::span<const std::uint64_t> work, std::size_t ranks, std::uint64_t most) {
  std::vector<std::uint32_t> first{0};
  std::uint64_t sum = 0;
  for (std::uint32_t cell = 0; cell < work.size(); ++cell) {
    if (sum + work[cell] > most) {
      first.push_back(cell);
      sum = 0;
      if (first.size() > ranks) return {};
    }
    sum += work[cell];
  }
  first.resize(ranks + 1, static_cast<std::uint32_t>(work.size()));
  return first;
}

}  // namespace

std::vector<std::uint32_t> pack_cells(std::span<const std::uint64_t> work, std::size_t ranks) {
  const std::uint64_t total = std::accumulate(work.begin(), work.end(), std::uint64_t{0});
  std::uint64_t low = work.empty() ? 0 : *std::ranges::max_element(work);  // fits when high does, not below low
  std::uint64_t high = total;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (fill(work, ranks, middle).empty())
      low = middle + 1;
    else
      high = middle;
  }
  return fill(work, ranks, high);
}

double imbalance(std::span<const std::uint64_t> work, std::span<const std::uint32_t> first_cell) {
  std::uint64_t most = 0;
  std::uint64_t total = 0;
  for (std::size_t rank = 0; rank + 1 < first_cell.size(); ++rank) {
    std::uint64_t own = 0;
    for (std::uint32_t cell = first_cell[rank]; cell < first_cell[rank + 1]; ++cell) own += work[cell];
    most = std::max(most, own);
    total += own;
  }
  if (total == 0) return 1;
  return static_cast<double>(most) * static_cast<double>(first_cell.size() - 1) / static_cast<double>(total);
}

}  // namespace linktrail
