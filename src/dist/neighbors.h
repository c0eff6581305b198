// neighbors.h5: the nearest articles of every article, made by all ranks from one index file.
#pragma once

#include <cstdint>
#include <string>

#include "comm/communicator.h"
#include "index/node_neighbors.h"

namespace linktrail::dist {

struct NeighborsReport {
  std::uint64_t articles = 0;
  std::uint64_t distances = 0;  // evaluated, on all ranks
  double seconds = 0;           // of the slowest rank's searches
};

// What neighbors.h5 says of itself beside its rows.
struct NeighborsAttributes {
  std::string run_id;
  std::string created;  // ISO 8601, UTC
};

// Collective. Searches each article of the index at `index_path`, whose vectors have `dim` values, and writes /qid
// int64 [N] in the order of the index's nodes, /neighbors int64 [N, k] (nearest first; kNoQid, -1, where there are
// fewer), /scores float32 [N, k] (cosine; NaN where there are fewer). Every rank maps the file and searches its share
// of the nodes: the result is the same for any number of ranks. Throws InputError for a bad index, StorageError.
NeighborsReport write_neighbors(const std::string& index_path, std::uint32_t dim, const std::string& path,
                                const NodeNeighborsParams& params, const NeighborsAttributes& attributes,
                                const comm::Communicator& comm);

}  // namespace linktrail::dist
