#include "index/hnsw_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/random.h"

namespace linktrail {

namespace {

// P(level > 16) is m^-17: no real graph has one, and descents stay short whatever the hash says.
constexpr double kMaxLevel = 16;
// The upper levels of a merged graph are built with m / 2 links, and a graph of one link a node falls apart.
constexpr std::uint32_t kMinM = 4;
// Counts of hnswlib's lists are 16 bit and its own limit for M is 10000; nobody gains above some hundreds.
constexpr std::uint32_t kMaxM = 1024;

[[noreturn]] void fail(std::size_t node, std::uint32_t level, const std::string& what) {
  throw std::logic_error(fmt::format("graph is broken at node {}, level {}: {}", node, level, what));
}

void validate_list(const HnswGraph& graph, std::size_t node, std::uint32_t level) {
  const std::span<const NodeId> list = graph.links(node, level);
  std::vector<NodeId> sorted(list.begin(), list.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    fail(node, level, "a neighbour is listed twice");
  for (const NodeId id : sorted) {
    if (id >= graph.size()) fail(node, level, fmt::format("neighbour {} is outside [0, {})", id, graph.size()));
    if (id == node) fail(node, level, "it is linked to itself");
    if (graph.levels[id] < level)
      fail(node, level, fmt::format("neighbour {} only has level {}", id, graph.levels[id]));
  }
}

void validate_shape(const HnswGraph& graph) {
  const std::size_t n = graph.size();
  if (graph.first != 0) throw std::logic_error("only whole graphs can be validated");
  if (graph.vectors.rows() != n || graph.levels.size() != n || graph.links0.rows() != n ||
      graph.upper_begin.size() != n + 1 || graph.upper_begin.back() != graph.upper.rows())
    throw std::logic_error("graph is broken: its arrays have different lengths");
}

}  // namespace

NeighborLists::NeighborLists(std::vector<NodeId> ids, std::vector<std::uint16_t> counts, std::uint32_t capacity)
    : ids_(std::move(ids)), counts_(std::move(counts)), capacity_(capacity) {
  if (ids_.size() != counts_.size() * capacity_)
    throw std::length_error(fmt::format("{} ids are not {} lists of {}", ids_.size(), counts_.size(), capacity_));
  if (std::any_of(counts_.begin(), counts_.end(), [&](std::uint16_t count) { return count > capacity_; }))
    throw std::length_error(fmt::format("a list is longer than its capacity {}", capacity_));
}

void NeighborLists::assign(std::size_t row, std::span<const NodeId> ids) {
  if (ids.size() > capacity_)
    throw std::length_error(fmt::format("{} neighbours do not fit into a list of {}", ids.size(), capacity_));
  const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(row * capacity_);
  std::fill(std::copy(ids.begin(), ids.end(), begin), begin + capacity_, NodeId{0});
  counts_[row] = static_cast<std::uint16_t>(ids.size());
}

bool NeighborLists::push_back(std::size_t row, NodeId id) {
  if (counts_[row] == capacity_) return false;
  ids_[row * capacity_ + counts_[row]++] = id;
  return true;
}

void check(const HnswParams& params) {
  if (params.m < kMinM || params.m > kMaxM)
    throw UsageError(fmt::format("index: m is {}, expected {} to {}; 16 suits most data", params.m, kMinM, kMaxM));
  if (params.ef_construction < 1)
    throw UsageError("index: ef_construction is 0, expected at least 1; 200 suits most data");
}

void allocate_upper(HnswGraph& graph) {
  graph.upper_begin.assign(graph.size() + 1, 0);
  for (std::size_t i = 0; i < graph.size(); ++i) graph.upper_begin[i + 1] = graph.upper_begin[i] + graph.levels[i];
  graph.upper = NeighborLists(graph.upper_begin.back(), graph.params.m);
}

void shift_ids(NeighborLists& lists, NodeId offset) {
  for (std::size_t row = 0; row < lists.rows(); ++row)
    for (std::size_t i = 0; i < lists[row].size(); ++i) lists.replace(row, i, lists[row][i] + offset);
}

std::uint8_t level_of(Qid qid, const HnswParams& params) {
  RandomStream stream(
      {.seed = params.seed, .stage = RandomStage::kIndexLevel, .record = static_cast<std::uint64_t>(qid)});
  const double above_zero = 1.0 - stream.uniform_double();
  return static_cast<std::uint8_t>(
      std::min(kMaxLevel, -std::log(above_zero) / std::log(static_cast<double>(params.m))));
}

void validate(const HnswGraph& graph) {
  validate_shape(graph);
  std::int32_t max_level = -1;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    max_level = std::max(max_level, static_cast<std::int32_t>(graph.levels[i]));
    if (graph.upper_begin[i + 1] - graph.upper_begin[i] != graph.levels[i])
      fail(i, 0, "its upper lists do not fit its level");
    for (std::uint32_t level = 0; level <= graph.levels[i]; ++level) validate_list(graph, i, level);
  }
  if (max_level != graph.max_level)
    throw std::logic_error(fmt::format("graph is broken: max_level is {}, found {}", graph.max_level, max_level));
  if (graph.size() > 0 && (graph.entry_point >= graph.size() || graph.levels[graph.entry_point] != max_level))
    throw std::logic_error(
        fmt::format("graph is broken: entry point {} does not own level {}", graph.entry_point, max_level));
}

}  // namespace linktrail
