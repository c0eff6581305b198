// The rows of embeddings.h5 over ranks: each rank holds one contiguous block.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "comm/communicator.h"
#include "core/ids.h"
#include "core/matrix.h"

namespace linktrail::dist {

// Rows [first, second) of `total` that rank `rank` of `ranks` holds: blocks differ by at most one row.
std::pair<std::uint64_t, std::uint64_t> row_block(std::uint64_t total, int rank, int ranks);

struct EmbeddingRows {
  Matrix vectors;                     // [n, dim] of this rank
  std::vector<Qid> qids;              // [n] of this rank
  std::vector<std::uint64_t> counts;  // [n]: occurrences (reader) or links (link model)
  std::uint64_t begin = 0;            // global number of the first row here
  std::uint64_t total = 0;            // rows on all ranks

  std::uint32_t dim() const { return static_cast<std::uint32_t>(vectors.dim()); }
};

// What embeddings.h5 says of itself, beside its rows (docs/file-formats.md).
struct EmbeddingAttributes {
  std::string model;   // "reader" or "links"
  std::string config;  // JSON of the options
  std::string run_id;
  std::string created;  // ISO 8601, UTC
};

// Collective. Writes /vectors, /qid, /count and the attributes of the contract; replaces `path` only when complete.
// Throws StorageError, also if a write was not collective.
void write_embeddings(const std::string& path, const EmbeddingRows& rows, const EmbeddingAttributes& attributes,
                      const comm::Communicator& comm);

// Collective. Each rank reads its block. Throws InputError for a file that is none or holds no row.
EmbeddingRows read_embeddings(const std::string& path, const comm::Communicator& comm);

// Collective. QID -> global row, of all rows of all ranks, on every rank (8 bytes a row travel).
tsl::robin_map<Qid, std::uint64_t> row_of_qid(const EmbeddingRows& rows, const comm::Communicator& comm);

// Collective. The vectors of `wanted` global rows (the same list on every rank), on every rank.
Matrix fetch_rows(const EmbeddingRows& rows, const std::vector<std::uint64_t>& wanted, const comm::Communicator& comm);

}  // namespace linktrail::dist
