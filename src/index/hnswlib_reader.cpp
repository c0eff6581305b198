// Reading and checking of hnswlib index files: one pass front to back that refuses what cannot be a graph.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "index/hnswlib_file.h"
#include "index/hnswlib_header.h"

namespace linktrail {

namespace {

// Reads a file front to back and refuses what cannot be a graph of the given dim.
class FileScan {
 public:
  FileScan(const std::filesystem::path& path, std::size_t dim) : path_(path), in_(path, std::ios::binary) {
    if (!in_) fail("cannot be opened", "a readable index file", "none", "check the path");
    std::error_code error;
    file_bytes_ = std::filesystem::file_size(path, error);
    if (error) fail("has no size", "a file", error.message(), "check the path");
    read_header(dim);
  }

  const HnswlibHeader& header() const { return header_; }
  const HnswlibLayout& layout() const { return layout_; }

  // visit(node, record) for each level-0 record.
  template <class Visit>
  void records(Visit visit) {
    const std::uint64_t bytes = layout_.record_bytes();
    const std::uint64_t per_block = std::max<std::uint64_t>(1, kHnswlibBlockBytes / bytes);
    std::vector<std::byte> block(per_block * bytes);
    for (std::uint64_t begin = 0; begin < header_.elements; begin += per_block) {
      const std::uint64_t count = std::min(per_block, header_.elements - begin);
      read(block.data(), count * bytes);
      for (std::uint64_t i = 0; i < count; ++i) {
        check_list(begin + i, block.data() + i * bytes, header_.max_m0);
        visit(begin + i, block.data() + i * bytes);
      }
    }
  }

  // visit(node, level, list) for each upper list after visit_level(node, levels) for its node; ends at the end of the
  // file.
  template <class VisitLevel, class Visit>
  void upper_blocks(VisitLevel visit_level, Visit visit) {
    std::vector<std::byte> block;
    for (std::uint64_t node = 0; node < header_.elements; ++node) {
      const std::uint64_t levels = read_level_count(node);
      visit_level(node, levels);
      block.resize(levels * layout_.upper_list_bytes());
      read(block.data(), block.size());
      for (std::uint64_t level = 0; level < levels; ++level) {
        const std::byte* list = block.data() + level * layout_.upper_list_bytes();
        check_list(node, list, header_.max_m);
        visit(node, level + 1, list);
      }
    }
    if (position_ != file_bytes_)
      fail("has bytes after its last list", fmt::format("{} bytes", position_), fmt::format("{}", file_bytes_));
  }

 private:
  [[noreturn]] void fail(std::string what, std::string expected, std::string found,
                         std::string advice = "build the index again, or give the dim it was built with") const {
    throw input_error({.what = std::move(what),
                       .file = path_.string(),
                       .expected = std::move(expected),
                       .found = std::move(found),
                       .advice = std::move(advice)});
  }

  void read(void* to, std::uint64_t bytes) {
    if (position_ + bytes > file_bytes_)
      fail("ends early", fmt::format("at least {} bytes", position_ + bytes), fmt::format("{}", file_bytes_));
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (!in_) fail("cannot be read", fmt::format("{} bytes at offset {}", bytes, position_), "an input/output error");
    position_ += bytes;
  }

  void expect(const char* field, std::uint64_t expected, std::uint64_t found) const {
    if (expected != found)
      fail(fmt::format("is no hnswlib index for this dim ({})", field), fmt::format("{}", expected),
           fmt::format("{}", found));
  }

  void read_header(std::size_t dim) {
    read(&header_, sizeof header_);
    // Bounds first, so that no product below can wrap around.
    if (header_.m == 0 || header_.m > 10000) fail("has an impossible M", "1 to 10000", fmt::format("{}", header_.m));
    if (header_.elements > file_bytes_)
      fail("has an impossible count", "fewer nodes than bytes", fmt::format("{}", header_.elements));
    layout_ = {.dim = dim, .m = header_.m};
    expect("offset of level 0", 0, header_.offset_level0);
    expect("links of upper levels", header_.m, header_.max_m);
    expect("links of level 0", 2 * header_.m, header_.max_m0);
    expect("offset of vectors", layout_.vector_offset(), header_.vector_offset);
    expect("offset of labels", layout_.label_offset(), header_.label_offset);
    expect("bytes a record", layout_.record_bytes(), header_.record_bytes);
    if (header_.max_elements < header_.elements || header_.max_elements > 2 * header_.elements + (1UL << 20))
      fail("has an impossible capacity", fmt::format("about {}", header_.elements),
           fmt::format("{}", header_.max_elements));
    const std::uint64_t least = layout_.file_bytes(header_.elements, 0);
    if (file_bytes_ < least || (file_bytes_ - least) % layout_.upper_list_bytes() != 0)
      fail("has the wrong size", fmt::format("{} bytes and a multiple of {}", least, layout_.upper_list_bytes()),
           fmt::format("{}", file_bytes_));
    if (header_.elements > 0 &&
        (header_.entry_point >= header_.elements || header_.max_level < 0 || header_.max_level > 255))
      fail("has an impossible entry point", fmt::format("a node below {}", header_.elements),
           fmt::format("node {} of level {}", header_.entry_point, header_.max_level));
  }

  std::uint64_t read_level_count(std::uint64_t node) {
    std::uint32_t bytes = 0;
    read(&bytes, sizeof bytes);
    const std::uint64_t levels = bytes / layout_.upper_list_bytes();
    const bool is_entry = node == header_.entry_point;
    if (bytes % layout_.upper_list_bytes() != 0 || std::cmp_greater(levels, header_.max_level) ||
        (is_entry && std::cmp_not_equal(levels, header_.max_level)))
      fail(fmt::format("has wrong upper lists at node {}", node), fmt::format("at most {} levels", header_.max_level),
           fmt::format("{} bytes", bytes));
    return levels;
  }

  void check_list(std::uint64_t node, const std::byte* list, std::uint64_t capacity) const {
    const auto count = load<std::uint16_t>(list);
    if (count > capacity)
      fail(fmt::format("has a list too long at node {}", node), fmt::format("at most {}", capacity),
           fmt::format("{}", count));
    for (std::uint16_t i = 0; i < count; ++i)
      if (const auto id = load<NodeId>(list + 4 + 4 * i); id >= header_.elements)
        fail(fmt::format("links node {} to nowhere", node), fmt::format("ids below {}", header_.elements),
             fmt::format("{}", id));
  }

  std::filesystem::path path_;
  std::ifstream in_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t position_ = 0;
  HnswlibHeader header_;
  HnswlibLayout layout_;
};

std::vector<NodeId> load_list(const std::byte* list) {
  std::vector<NodeId> ids(load<std::uint16_t>(list));
  if (!ids.empty()) std::memcpy(ids.data(), list + 4, ids.size() * sizeof(NodeId));
  return ids;
}

HnswGraph empty_graph(const HnswlibHeader& header, std::size_t dim) {
  HnswGraph graph;
  graph.params = {.m = static_cast<std::uint32_t>(header.m),
                  .ef_construction = static_cast<std::uint32_t>(header.ef_construction)};
  graph.vectors = Matrix(header.elements, dim);
  graph.labels.resize(header.elements);
  graph.levels.resize(header.elements);
  graph.links0 = NeighborLists(header.elements, static_cast<std::uint32_t>(header.max_m0));
  graph.entry_point = header.entry_point;
  graph.max_level = header.elements == 0 ? -1 : header.max_level;
  return graph;
}

}  // namespace

HnswGraph read_hnswlib_file(const std::filesystem::path& path, std::size_t dim) {
  FileScan scan(path, dim);
  HnswGraph graph = empty_graph(scan.header(), dim);
  const HnswlibLayout layout = scan.layout();
  scan.records([&](std::uint64_t node, const std::byte* record) {
    graph.links0.assign(node, load_list(record));
    std::memcpy(graph.vectors.row_data(node), record + layout.vector_offset(), 4 * dim);
    graph.labels[node] = static_cast<Qid>(load<std::uint64_t>(record + layout.label_offset()));
  });
  std::vector<std::vector<NodeId>> upper;
  scan.upper_blocks(
      [&](std::uint64_t node, std::uint64_t levels) { graph.levels[node] = static_cast<std::uint8_t>(levels); },
      [&](std::uint64_t, std::uint64_t, const std::byte* list) { upper.push_back(load_list(list)); });
  allocate_upper(graph);
  for (std::size_t i = 0; i < upper.size(); ++i) graph.upper.assign(i, upper[i]);
  return graph;
}

void check_hnswlib_file(const std::filesystem::path& path, std::size_t dim) {
  FileScan scan(path, dim);
  scan.records([](std::uint64_t, const std::byte*) {});
  scan.upper_blocks([](std::uint64_t, std::uint64_t) {}, [](std::uint64_t, std::uint64_t, const std::byte*) {});
}

}  // namespace linktrail
