// From index.hnsw to index.compact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "index/hnswlib_view.h"

namespace linktrail {

struct CompactReport {
  std::uint64_t nodes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t link_bytes = 0;
  std::uint64_t file_bytes = 0;
};

// Writes the graph and its vectors as index.compact (compact_format.h), the nodes renumbered for locality.
// Deterministic. The vectors are read where they are mapped; memory is some 20 bytes a node. Throws InputError for
// vectors that are not finite or longer than 1, or a node with more than 255 links; StorageError if the file cannot be
// written, which then is incomplete and without its header.
CompactReport write_compact_file(const std::filesystem::path& path, const HnswlibView& graph);

}  // namespace linktrail
