// The byte layout of hnswlib 0.6.2's index files, little endian, without magic, version, dim or metric:
//
//   96 bytes   header: offsets and sizes of what follows, entry point, M, ef_construction
//   n records  u16 count, u16 flags, 2 M u32 links, dim f32, u64 label        (level 0)
//   n blocks   u32 bytes that follow: level * (4 + 4 M); a level: u16 count, u16 0, M u32 links
//
// Every offset follows from n, M, dim and the levels, so ranks write their parts of one file side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

struct HnswlibLayout {
  std::uint64_t dim = 0;  // unpadded
  std::uint64_t m = 0;

  static constexpr std::uint64_t kHeaderBytes = 96;

  std::uint64_t vector_offset() const { return 4 + 8 * m; }
  std::uint64_t label_offset() const { return vector_offset() + 4 * dim; }
  std::uint64_t record_bytes() const { return label_offset() + 8; }
  std::uint64_t upper_list_bytes() const { return 4 + 4 * m; }

  std::uint64_t record_begin(std::uint64_t node) const { return kHeaderBytes + node * record_bytes(); }
  // Where the blocks of upper lists of a node begin, when the nodes before it have `levels_before` levels in total.
  std::uint64_t upper_begin(std::uint64_t nodes, std::uint64_t node, std::uint64_t levels_before) const {
    return record_begin(nodes) + 4 * node + levels_before * upper_list_bytes();
  }
  std::uint64_t file_bytes(std::uint64_t nodes, std::uint64_t levels) const {
    return upper_begin(nodes, nodes, levels);
  }
};

HnswlibLayout hnswlib_layout(const HnswGraph& graph);

// The header of a graph of `nodes` nodes in total, of which `part` is any part.
std::vector<std::byte> hnswlib_header(const HnswGraph& part, std::uint64_t nodes);

// The level-0 records of the part's rows [begin, end); they belong at record_begin(part.first + begin).
std::vector<std::byte> hnswlib_records(const HnswGraph& part, std::size_t begin, std::size_t end);

// The blocks of upper lists of the part's rows [begin, end).
std::vector<std::byte> hnswlib_upper_blocks(const HnswGraph& part, std::size_t begin, std::size_t end);

// Writes a whole graph. Throws StorageError.
void write_hnswlib_file(const std::filesystem::path& path, const HnswGraph& graph);

// Reads a whole graph; `seed` of its params is not in the file and stays the default. Throws InputError if the file is
// missing, its sizes do not add up for `dim`, or a link or level is out of range.
HnswGraph read_hnswlib_file(const std::filesystem::path& path, std::size_t dim);

// The checks of read_hnswlib_file without keeping the graph: one pass over the file in blocks, O(M) memory a node
// block. hnswlib itself trusts its files; this is what stands between a damaged one and a crash.
void check_hnswlib_file(const std::filesystem::path& path, std::size_t dim);

}  // namespace linktrail
