// An hnswlib index file searched where it lies: mapped, not loaded. Without hnswlib.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/mapped_file.h"
#include "index/distance.h"
#include "index/hnsw_graph.h"
#include "index/hnswlib_file.h"

namespace linktrail {

// A GraphView and LayeredView (search_routine.h). Safe to share between threads.
class HnswlibView {
 public:
  using Query = const float*;  // dim floats

  // Checks the whole file once (see check_hnswlib_file), then maps it. Throws InputError.
  HnswlibView(const std::filesystem::path& path, std::size_t dim);

  std::size_t size() const { return nodes_; }
  std::size_t dim() const { return layout_.dim; }
  std::uint32_t m() const { return static_cast<std::uint32_t>(layout_.m); }
  Qid label(NodeId node) const;
  std::span<const float> vector(NodeId node) const;

  NodeId entry_point() const { return entry_point_; }
  std::int32_t max_level() const { return max_level_; }
  std::span<const NodeId> links(NodeId node) const;
  std::span<const NodeId> links(NodeId node, std::vector<NodeId>&) const { return links(node); }
  std::span<const NodeId> upper_links(NodeId node, std::uint32_t level, std::vector<NodeId>&) const;
  void distances(const Query& query, std::span<const NodeId> nodes, float* to) const;
  void prefetch(NodeId node) const { __builtin_prefetch(record(node) + layout_.vector_offset()); }
  void prefetch_start(NodeId) const {}
  void prefetch_links(NodeId node) const { __builtin_prefetch(record(node)); }

 private:
  const std::byte* record(NodeId node) const { return bytes_ + layout_.record_begin(node); }
  // The block of upper lists of a node, at its length.
  const std::byte* upper_block(NodeId node) const;
  void index_upper_blocks();

  MappedFile file_;
  const std::byte* bytes_ = nullptr;
  HnswlibLayout layout_;
  std::size_t nodes_ = 0;
  NodeId entry_point_ = 0;
  std::int32_t max_level_ = -1;
  // Where the blocks of nodes 0, 64, 128, ... begin: the lengths between are read when they are needed.
  std::vector<std::uint64_t> block_begin_;
  DotKernel dot_;
};

}  // namespace linktrail
