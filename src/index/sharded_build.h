// A whole index in one process from any number of shards: what dist::build_index does over ranks, step for step, for
// tests and benchmarks.
#pragma once

#include <cstdint>
#include <span>

#include "index/connectivity.h"
#include "index/hnsw_graph.h"
#include "index/merge.h"

namespace linktrail {

struct ShardedBuildReport {
  std::uint64_t distinct = 0;  // nodes that are not copies of others
  MergeReport merge;
  ConnectivityReport connectivity;
};

// Rows of length 1 or 0 with distinct labels; row order does not matter. Deterministic.
HnswGraph build_sharded(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params, std::uint32_t shards,
                        const MergeParams& merge, ShardedBuildReport& report);

// Levels of nodes: level_of(label), but 0 for a zero vector, which guides no search.
std::vector<std::uint8_t> shard_levels(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params);

// Rows `order` of the input, as a matrix of their own.
Matrix gather_rows(MatrixView rows, std::span<const std::uint32_t> order);

}  // namespace linktrail
