#include "index/sharded_build.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "index/duplicates.h"
#include "index/hnswlib_adapter.h"

namespace linktrail {

namespace {

// Moves the representatives of one shard together, by the hash that spreads vectors over ranks too; sizes by shard.
std::vector<std::size_t> group_by_shard(DistinctRows& rows, MatrixView vectors, std::uint32_t shards) {
  std::vector<std::size_t> sizes(shards, 0);
  std::vector<std::uint32_t> shard_of(rows.distinct);
  for (std::size_t i = 0; i < rows.distinct; ++i) {
    shard_of[i] = static_cast<std::uint32_t>(vector_hash(vectors.row(rows.order[i])) % shards);
    ++sizes[shard_of[i]];
  }
  std::vector<std::uint32_t> positions(rows.distinct);
  std::iota(positions.begin(), positions.end(), 0U);
  std::ranges::stable_sort(positions, {}, [&](std::uint32_t i) { return shard_of[i]; });

  std::vector<std::uint32_t> moved_to(rows.distinct);
  const std::vector<std::uint32_t> old_order = rows.order;
  for (std::uint32_t i = 0; i < rows.distinct; ++i) {
    moved_to[positions[i]] = i;
    rows.order[i] = old_order[positions[i]];
  }
  for (std::uint32_t& representative : rows.representative) representative = moved_to[representative];
  return sizes;
}

std::vector<HnswGraph> build_shards(MatrixView distinct, std::span<const Qid> labels, const HnswParams& params,
                                    std::span<const std::size_t> sizes, std::uint64_t& distances) {
  std::vector<HnswGraph> result;
  std::size_t begin = 0;
  for (const std::size_t size : sizes) {
    const MatrixView rows{distinct.row_data(begin), size, distinct.dim, distinct.stride};
    const auto own_labels = labels.subspan(begin, size);
    result.push_back(build_with_hnswlib({.vectors = rows,
                                         .labels = own_labels,
                                         .levels = shard_levels(rows, own_labels, params),
                                         .params = params,
                                         .distances = &distances}));
    begin += size;
  }
  return result;
}

// Adds the copies behind the merged representatives.
void append_copies(HnswGraph& graph, Matrix all_vectors, std::vector<Qid> all_labels) {
  graph.vectors = std::move(all_vectors);
  graph.labels = std::move(all_labels);
  graph.levels.resize(graph.labels.size(), 0);
  graph.upper_begin.resize(graph.labels.size() + 1, graph.upper_begin.back());
  NeighborLists links(graph.labels.size(), graph.links0.capacity());
  for (std::size_t i = 0; i < graph.links0.rows(); ++i) links.assign(i, graph.links0[i]);
  graph.links0 = std::move(links);
}

}  // namespace

std::vector<std::uint8_t> shard_levels(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params) {
  std::vector<std::uint8_t> levels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool zero = std::ranges::all_of(vectors.row(i), [](float x) { return x == 0; });
    levels.push_back(zero ? std::uint8_t{0} : level_of(labels[i], params));
  }
  return levels;
}

Matrix gather_rows(MatrixView rows, std::span<const std::uint32_t> order) {
  Matrix result(order.size(), rows.dim);
  for (std::size_t i = 0; i < order.size(); ++i) std::ranges::copy(rows.row(order[i]), result.row_data(i));
  return result;
}

HnswGraph build_sharded(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params, std::uint32_t shards,
                        const MergeParams& merge, ShardedBuildReport& report) {
  check(params);
  DistinctRows rows = find_duplicates(vectors, labels);
  report.distinct = rows.distinct;
  const std::vector<std::size_t> sizes = group_by_shard(rows, vectors, shards);
  Matrix ordered = gather_rows(vectors, rows.order);
  std::vector<Qid> ordered_labels;
  for (const std::uint32_t row : rows.order) ordered_labels.push_back(labels[row]);

  const MatrixView distinct{ordered.data(), rows.distinct, ordered.dim(), ordered.stride()};
  auto parts = build_shards(distinct, std::span<const Qid>(ordered_labels).first(rows.distinct), params, sizes,
                            report.merge.build_distances);
  HnswGraph graph = merge_shards(std::move(parts), merge, report.merge, slots_for_copies(rows, params.m));
  append_copies(graph, std::move(ordered), std::move(ordered_labels));
  attach_copies(graph, rows);
  report.connectivity = repair_connectivity(graph);
  return graph;
}

}  // namespace linktrail
