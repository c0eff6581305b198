#include "index/upper_levels.h"

#include "index/connectivity.h"
#include "index/hnswlib_adapter.h"

namespace linktrail {

namespace {

std::vector<NodeId> whole_graph_ids(std::span<const NodeId> local, std::span<const NodeId> ids) {
  std::vector<NodeId> result;
  for (const NodeId id : local) result.push_back(ids[id]);
  return result;
}

}  // namespace

UpperLevels build_upper_levels(const UpperNodes& nodes, const HnswParams& params) {
  UpperLevels result;
  std::vector<std::uint8_t> lowered(nodes.levels.begin(), nodes.levels.end());
  for (std::uint8_t& level : lowered) --level;
  const HnswParams half{.m = params.m / 2, .ef_construction = params.ef_construction, .seed = params.seed};
  HnswGraph graph = build_with_hnswlib({.vectors = nodes.vectors,
                                        .labels = nodes.labels,
                                        .levels = lowered,
                                        .params = half,
                                        .distances = &result.distances});
  result.repaired = repair_connectivity(graph).repaired;

  result.begin.assign(1, 0);
  for (const std::uint8_t level : nodes.levels) result.begin.push_back(result.begin.back() + level);
  result.lists = NeighborLists(result.begin.back(), params.m);
  for (std::size_t i = 0; i < graph.size(); ++i)
    for (std::uint32_t level = 1; level <= nodes.levels[i]; ++level)
      result.lists.assign(result.begin[i] + level - 1, whole_graph_ids(graph.links(i, level - 1), nodes.ids));
  if (graph.size() > 0) result.entry_point = nodes.ids[graph.entry_point];
  result.max_level = graph.max_level + 1;
  return result;
}

}  // namespace linktrail
