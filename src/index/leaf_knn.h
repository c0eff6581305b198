// Exact nearest neighbours of all rows of a leaf among each other, by blocked products.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"
#include "index/packed_rows.h"

namespace linktrail {

class LeafKnn {
 public:
  // The `neighbors` nearest of each row are wanted; at most kMaxSelect.
  explicit LeafKnn(std::size_t neighbors, const LeafKernels& kernels = best_leaf_kernels());

  // Calls visit(row, sorted neighbours) for every row of `leaf`, in order; ids are row numbers of the leaf, ties go to
  // the lower one. A row is not its own neighbour. Neighbours farther than limit(row) may be left out. O(rows^2 dim).
  template <class Limit, class Visit>
  void run(MatrixView leaf, Limit limit, Visit visit) {
    packed_.pack(leaf);
    distances_of_.resize(packed_.width() + kScorePad);
    columns_.resize(packed_.width());
    places_.resize(packed_.width());
    packed_.for_each_row_of_scores(leaf, [&](std::size_t row, std::span<float> scores) {
      scores[row] = -std::numeric_limits<float>::infinity();
      visit(row, choose(scores, limit(row)));
    });
    distances_ += leaf.rows * leaf.rows;
  }

  std::uint64_t distances() const { return distances_; }  // dot products so far

 private:
  std::span<const Neighbor> choose(std::span<const float> scores, float limit);
  void take_in_order(std::size_t count);

  const LeafKernels* kernels_;
  std::size_t neighbors_;
  PackedRows packed_;
  std::vector<float> distances_of_;  // of the selected, with their columns and places
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint32_t> places_;
  std::vector<Neighbor> chosen_;
  std::uint64_t distances_ = 0;
};

}  // namespace linktrail
