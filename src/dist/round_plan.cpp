#include "dist/round_plan.h"

#include <algorithm>

#include "core/checked_cast.h"

namespace linktrail::dist {

std::uint32_t rounds_per_epoch(std::span<const std::uint64_t> tokens, std::uint64_t round_tokens, std::uint32_t least) {
  std::uint64_t most = 0;
  for (const std::uint64_t count : tokens) most = std::max(most, count);
  const std::uint64_t asked = std::min<std::uint64_t>(least, most);
  const std::uint64_t needed = most / round_tokens + (most % round_tokens != 0);
  return checked_cast<std::uint32_t>(std::max({std::uint64_t{1}, asked, needed}));
}

std::vector<std::size_t> slice_bounds(std::span<const std::uint64_t> offsets, std::uint32_t rounds) {
  const std::size_t sequences = offsets.empty() ? 0 : offsets.size() - 1;
  std::vector<std::size_t> bounds(rounds + std::size_t{1}, sequences);
  bounds.front() = 0;
  for (std::uint32_t r = 1; r < rounds && sequences > 0; ++r) {
    // In two parts, since tokens * rounds may exceed 64 bits.
    const std::uint64_t tokens = offsets.back();
    const std::uint64_t goal = tokens / rounds * r + tokens % rounds * r / rounds;
    const auto at = std::lower_bound(offsets.begin(), offsets.end() - 1, goal);
    bounds[r] = static_cast<std::size_t>(at - offsets.begin());
  }
  return bounds;
}

}  // namespace linktrail::dist
