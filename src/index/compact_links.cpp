#include "index/compact_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace linktrail {

namespace {

constexpr std::array<std::uint32_t, 4> kMasks{0xffU, 0xffffU, 0xffffffU, 0xffffffffU};

std::uint32_t fold_sign(NodeId node, NodeId link) {
  return link >= node ? (link - node) << 1 : (((node - link) << 1) - 1);
}

std::uint32_t bytes_less_one(std::uint32_t gap) { return (gap > kMasks[0]) + (gap > kMasks[1]) + (gap > kMasks[2]); }

}  // namespace

void pack_links(NodeId node, std::span<const NodeId> links, std::vector<std::uint8_t>& to) {
  if (links.size() > kMaxPackedLinks)
    throw std::length_error(fmt::format("{} links do not fit into a list of {}", links.size(), kMaxPackedLinks));
  std::vector<NodeId> sorted(links.begin(), links.end());
  std::sort(sorted.begin(), sorted.end());
  to.push_back(static_cast<std::uint8_t>(sorted.size()));
  const std::size_t control = to.size();
  to.resize(control + (sorted.size() + 3) / 4, 0);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint32_t gap = i == 0 ? fold_sign(node, sorted[0]) : sorted[i] - sorted[i - 1] - 1;
    const std::uint32_t length = bytes_less_one(gap);
    to[control + i / 4] |= static_cast<std::uint8_t>(length << (2 * (i % 4)));
    for (std::uint32_t byte = 0; byte <= length; ++byte) to.push_back(static_cast<std::uint8_t>(gap >> (8 * byte)));
  }
}

}  // namespace linktrail
