// One HNSW index over all ranks: a sub-index a rank, merged into one graph of which every rank holds a part, written in
// parallel into one file that stock hnswlib loads. The steps are those of index/merge.h; this layer moves the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "comm/communicator.h"
#include "index/connectivity.h"
#include "index/hnsw_graph.h"
#include "index/merge.h"

namespace linktrail::dist {

struct IndexParams {
  HnswParams hnsw;
  MergeParams merge;
  // Rows of a shard that are pruned between two exchanges of vectors: bounds the ghosts to about 64 rows each.
  std::uint64_t batch_rows = 1U << 16;
};

// Wall time of each phase on the slowest rank.
struct IndexSeconds {
  double distribute = 0;
  double build = 0;
  double search = 0;
  double prune = 0;
  double upper = 0;
  double repair = 0;
};

// Equal on all ranks.
struct IndexReport {
  std::uint64_t nodes = 0;
  std::uint64_t distinct = 0;  // nodes that are not copies of others
  std::uint64_t zero_vectors = 0;
  std::uint64_t build_distances = 0;  // evaluated in building sub-indexes and upper levels
  std::uint64_t merge_distances = 0;  // evaluated in merging
  ConnectivityReport connectivity;
  IndexSeconds seconds;
};

// Where a rank stands in a build. Shards are random, so ranks stand about alike.
struct IndexProgress {
  std::string_view phase;  // a literal: "build", "search", "prune", "upper", "repair"
  double fraction = 0;     // of the whole build, 0..1, estimated from the distances that phases evaluate; never falls
};

// Called on every rank for itself, some thousand times a build; must not communicate. What it throws ends the build on
// all ranks, with AgreedError. May be empty.
using IndexObserver = std::function<void(const IndexProgress&)>;

struct BuiltIndex {
  HnswGraph part;  // this rank's nodes [first, first + size) of the whole graph; ranks follow each other
  IndexReport report;
};

// Collective. Builds the graph over all ranks' rows (any number a rank, also none; normalised copies are made). Rows
// move to ranks by a hash of their values, so equal vectors meet and shards are random. Deterministic for a given
// number of ranks, whatever the split of the input. Memory a rank: its rows, those of one foreign shard, and on rank 0
// the links of all (132 bytes a node at m = 16). All ranks throw AgreedError for rows that are not finite, dims that
// differ, a label given twice or below 0, or impossible params.
BuiltIndex build_index(MatrixView my_vectors, std::span<const Qid> my_qids, const IndexParams& params,
                       const comm::Communicator& comm, const IndexObserver& observer = {});

// Collective. Writes the parts as one hnswlib 0.6.2 file (labels are QIDs) to path + ".partial", syncs it, and renames.
// All ranks throw AgreedError (exit 4) if any cannot.
void write_index(const std::filesystem::path& path, const HnswGraph& part, const comm::Communicator& comm);

}  // namespace linktrail::dist
