// Stock hnswlib behind two narrow doors: build a sub-index and take its graph; load an index file and search it.
//
// hnswlib's headers define non-inline functions, so exactly one source file of the project includes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/labeled_neighbor.h"

namespace linktrail {

struct HnswlibBuild {
  MatrixView vectors;                    // [n, dim], rows of length 1 or 0, padded rows (stride a multiple of 16)
  std::span<const Qid> labels;           // [n]
  std::span<const std::uint8_t> levels;  // [n], or empty for level_of(label)
  HnswParams params;                     // m may be as low as 2 here
  std::uint64_t* distances = nullptr;    // if given, the number of distances evaluated is added to it
  RowsDone done{};
};

// A stock single-threaded build by inner product, inserted in a random order that depends on seed and labels' order
// only. Node i of the result is row i. Deterministic. Throws UsageError for impossible params.
HnswGraph build_with_hnswlib(const HnswlibBuild& build);
HnswGraph build_with_hnswlib(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params);

// An index file in stock hnswlib. Searching is not safe from several threads.
class HnswlibIndex {
 public:
  // Throws InputError if the file is missing or is not an index of vectors of `dim` floats (see check_hnswlib_file).
  HnswlibIndex(const std::filesystem::path& path, std::size_t dim);
  ~HnswlibIndex();
  HnswlibIndex(HnswlibIndex&&) noexcept;
  HnswlibIndex& operator=(HnswlibIndex&&) noexcept;

  // The k nearest (fewer if the index is smaller), sorted by distance, ties by label. `query` has dim floats and length
  // 1; ef is raised to k. Distances are 1 - dot.
  std::vector<LabeledNeighbor> search(std::span<const float> query, std::size_t k, std::size_t ef);

  std::size_t size() const;
  std::size_t dim() const;
  std::vector<Qid> labels() const;             // by internal id
  std::vector<float> vector(Qid label) const;  // throws InputError if the label is not in the index
  std::uint64_t distances() const;             // evaluated by all searches so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linktrail
