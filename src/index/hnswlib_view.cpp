#include "index/hnswlib_view.h"

#include "index/hnswlib_header.h"
#include "index/search_routine.h"

namespace linktrail {

static_assert(LayeredView<HnswlibView>);

namespace {

constexpr std::size_t kNodesPerStart = 64;

// Every part of a file begins at a multiple of 4 bytes, so ids and floats can be used in place.
std::span<const NodeId> list_at(const std::byte* list) {
  return {reinterpret_cast<const NodeId*>(list + 4), load<std::uint16_t>(list)};
}

const std::filesystem::path& checked(const std::filesystem::path& path, std::size_t dim) {
  check_hnswlib_file(path, dim);
  return path;
}

}  // namespace

HnswlibView::HnswlibView(const std::filesystem::path& path, std::size_t dim)
    : file_(checked(path, dim)), bytes_(file_.bytes().data()), dot_(best_dot_kernel()) {
  const auto header = load<HnswlibHeader>(bytes_);
  layout_ = {.dim = dim, .m = header.m};
  nodes_ = header.elements;
  entry_point_ = header.entry_point;
  max_level_ = nodes_ == 0 ? -1 : header.max_level;
  index_upper_blocks();
}

void HnswlibView::index_upper_blocks() {
  std::uint64_t at = layout_.record_begin(nodes_);
  for (std::size_t node = 0; node < nodes_; ++node) {
    if (node % kNodesPerStart == 0) block_begin_.push_back(at);
    at += 4 + load<std::uint32_t>(bytes_ + at);
  }
}

const std::byte* HnswlibView::upper_block(NodeId node) const {
  std::uint64_t at = block_begin_[node / kNodesPerStart];
  for (std::size_t i = 0; i < node % kNodesPerStart; ++i) at += 4 + load<std::uint32_t>(bytes_ + at);
  return bytes_ + at;
}

Qid HnswlibView::label(NodeId node) const {
  return static_cast<Qid>(load<std::uint64_t>(record(node) + layout_.label_offset()));
}

std::span<const float> HnswlibView::vector(NodeId node) const {
  return {reinterpret_cast<const float*>(record(node) + layout_.vector_offset()), layout_.dim};
}

std::span<const NodeId> HnswlibView::links(NodeId node) const { return list_at(record(node)); }

std::span<const NodeId> HnswlibView::upper_links(NodeId node, std::uint32_t level, std::vector<NodeId>&) const {
  const std::byte* block = upper_block(node);
  // A damaged file may link a node from a level that the node does not have.
  if (load<std::uint32_t>(block) < level * layout_.upper_list_bytes()) return {};
  return list_at(block + 4 + (level - 1) * layout_.upper_list_bytes());
}

void HnswlibView::distances(const Query& query, std::span<const NodeId> nodes, float* to) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) to[i] = 1.0F - dot_(query, vector(nodes[i]).data(), layout_.dim);
}

}  // namespace linktrail
