// index.compact, searched where it lies: mapped, checked, paged in as it is needed. Needs neither MPI nor HDF5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/mapped_file.h"
#include "index/compact_codes.h"
#include "index/compact_format.h"
#include "index/compact_kernels.h"
#include "index/hnsw_graph.h"
#include "index/int8_dot.h"

namespace linktrail {

enum class CompactCheck {
  kHeader,  // the header, where sections lie, and the sections that every search reads: opens at once
  kAll,     // the hash of every byte too: reads the whole file
};

// A vector to search for, in the form that the codes are compared with.
struct CompactQuery {
  CodeQuery codes;
  std::vector<float> bases;  // [blocks]: distances to the means
  NodeId entry = 0;          // where a search begins: the node nearest to the nearest mean
};

// A GraphView (search_routine.h). Safe to share between threads. What damage kHeader does not find may make an answer
// wrong or throw InputError when it is met, but nothing outside the file is ever read.
class CompactIndex {
 public:
  using Query = CompactQuery;

  // Throws InputError for a file that is missing, foreign, cut short, of a later major version, or damaged.
  explicit CompactIndex(const std::filesystem::path& path, CompactCheck check = CompactCheck::kHeader);

  std::size_t size() const { return header_.nodes; }
  std::size_t dim() const { return header_.dim; }
  const CompactHeader& header() const { return header_; }
  std::string producer() const;

  // Articles and their numbers in the file.
  Qid qid(NodeId id) const;
  std::optional<NodeId> find(Qid qid) const;
  // The vector of length about 1 that the codes stand for, [dim].
  std::vector<float> vector(NodeId id) const;

  // `vector` has dim() floats; distances are 1 - dot.
  CompactQuery query(std::span<const float> vector) const;
  // The same in place of what `to` holds.
  void query(std::span<const float> vector, CompactQuery& to) const;
  // Adds to distances[i], that of ids[i] by the codes alone, what the residuals change.
  void refine(const CompactQuery& query, std::span<const NodeId> ids, float* distances) const;

  std::span<const NodeId> links(NodeId id, std::vector<NodeId>& buffer) const;
  void distances(const Query& query, std::span<const NodeId> ids, float* to) const;
  void prefetch(NodeId id) const {
    const std::uint8_t* codes = codes_ + id * std::uint64_t{header_.code_stride};
    __builtin_prefetch(codes);
    if (header_.code_stride % 64 != 0) __builtin_prefetch(codes + header_.code_stride - 1);
    __builtin_prefetch(scales_ + id);
  }
  void prefetch_start(NodeId id) const { __builtin_prefetch(start_block(id)); }
  // By its number: in a damaged file the place may lie outside, which a prefetch forgives, and pointer arithmetic does
  // not.
  void prefetch_links(NodeId id) const {
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(links_) + link_start(id)));
  }
  void prefetch_residual(NodeId id) const { __builtin_prefetch(residuals_ + id * dim()); }

 private:
  void read_header();
  void check_layout() const;
  void check_hash(CompactSection which) const;
  void map_sections();
  template <class Visit>
  void for_each_dot(const CodeRows& rows, const CompactQuery& query, std::span<const NodeId> ids, Visit visit) const;
  float scale(NodeId id) const { return code_scales_[scales_[id]]; }
  std::vector<float> mean_of(NodeId id) const;
  std::span<const std::byte> section(CompactSection which) const;
  const std::byte* start_block(NodeId id) const { return link_starts_ + id / kNodesPerStart * kStartBytes; }
  std::uint64_t link_start(NodeId id) const {
    const std::byte* block = start_block(id);
    std::uint64_t start = 0;
    std::uint16_t within = 0;
    std::memcpy(&start, block, sizeof start);
    std::memcpy(&within, block + 8 + 2 * (id % kNodesPerStart), sizeof within);
    return start + within;
  }
  [[noreturn]] void fail(const std::string& what, const std::string& expected, const std::string& found) const;

  MappedFile file_;
  CompactHeader header_;
  std::array<float, 256> code_scales_ = code_scales();
  CodeDotKernel dots_;
  CompactKernels kernels_;
  // Where sections begin.
  const float* means_ = nullptr;
  const std::uint8_t* codes_ = nullptr;
  const std::uint8_t* scales_ = nullptr;
  const std::uint8_t* residuals_ = nullptr;
  const std::uint8_t* links_ = nullptr;
  const std::byte* link_starts_ = nullptr;
  const std::byte* qids_ = nullptr;
  const std::byte* by_qid_ = nullptr;
  std::span<const NodeId> entries_;
};

}  // namespace linktrail
