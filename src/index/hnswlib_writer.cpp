// Writing of hnswlib index files: the bytes of any part of a graph, and a whole graph to a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "index/hnswlib_file.h"
#include "index/hnswlib_header.h"

namespace linktrail {

namespace {

// A list is a 16-bit count, 16 bits of flags, and the ids; slots that are not used stay 0.
void store_list(std::byte* to, std::span<const NodeId> ids) {
  store(to, static_cast<std::uint16_t>(ids.size()));
  if (!ids.empty()) std::memcpy(to + 4, ids.data(), ids.size_bytes());
}

}  // namespace

HnswlibLayout hnswlib_layout(const HnswGraph& graph) { return {.dim = graph.vectors.dim(), .m = graph.params.m}; }

std::vector<std::byte> hnswlib_header(const HnswGraph& part, std::uint64_t nodes) {
  const HnswlibLayout layout = hnswlib_layout(part);
  HnswlibHeader header;
  header.max_elements = header.elements = nodes;
  header.record_bytes = layout.record_bytes();
  header.label_offset = layout.label_offset();
  header.vector_offset = layout.vector_offset();
  header.max_level = part.max_level;
  // hnswlib marks an empty graph by -1.
  header.entry_point = nodes == 0 ? std::numeric_limits<std::uint32_t>::max() : part.entry_point;
  header.max_m = header.m = part.params.m;
  header.max_m0 = 2 * header.m;
  header.mult = 1.0 / std::log(static_cast<double>(part.params.m));
  header.ef_construction = part.params.ef_construction;
  std::vector<std::byte> bytes(sizeof header);
  store(bytes.data(), header);
  return bytes;
}

std::vector<std::byte> hnswlib_records(const HnswGraph& part, std::size_t begin, std::size_t end) {
  const HnswlibLayout layout = hnswlib_layout(part);
  std::vector<std::byte> bytes((end - begin) * layout.record_bytes());
  for (std::size_t row = begin; row < end; ++row) {
    std::byte* record = bytes.data() + (row - begin) * layout.record_bytes();
    store_list(record, part.links0[row]);
    std::memcpy(record + layout.vector_offset(), part.vectors.row_data(row), 4 * layout.dim);
    store(record + layout.label_offset(), static_cast<std::uint64_t>(part.labels[row]));
  }
  return bytes;
}

std::vector<std::byte> hnswlib_upper_blocks(const HnswGraph& part, std::size_t begin, std::size_t end) {
  const HnswlibLayout layout = hnswlib_layout(part);
  const std::uint64_t lists = part.upper_begin[end] - part.upper_begin[begin];
  std::vector<std::byte> bytes(4 * (end - begin) + lists * layout.upper_list_bytes());
  std::byte* to = bytes.data();
  for (std::size_t row = begin; row < end; ++row) {
    store(to, static_cast<std::uint32_t>(part.levels[row] * layout.upper_list_bytes()));
    to += 4;
    for (std::uint32_t level = 1; level <= part.levels[row]; ++level, to += layout.upper_list_bytes())
      store_list(to, part.links(row, level));
  }
  return bytes;
}

void write_hnswlib_file(const std::filesystem::path& path, const HnswGraph& graph) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const auto write = [&](const std::vector<std::byte>& bytes) {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  const std::size_t step = std::max<std::size_t>(1, kHnswlibBlockBytes / hnswlib_layout(graph).record_bytes());
  write(hnswlib_header(graph, graph.size()));
  for (std::size_t i = 0; i < graph.size(); i += step)
    write(hnswlib_records(graph, i, std::min(i + step, graph.size())));
  for (std::size_t i = 0; i < graph.size(); i += step)
    write(hnswlib_upper_blocks(graph, i, std::min(i + step, graph.size())));
  out.close();
  if (!out) throw StorageError(fmt::format("{}: cannot write the index; check space and permissions", path.string()));
}

}  // namespace linktrail
