// Answers from index.compact: a beam search on the codes, its best re-ranked with the residuals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/compact_index.h"
#include "index/labeled_neighbor.h"
#include "index/search_routine.h"

namespace linktrail {

// Reusable working memory of searches on one index; one a thread.
class CompactSearch {
 public:
  // Keeps a reference to the index.
  explicit CompactSearch(const CompactIndex& index) : index_(&index), routine_(index) {}

  // The k nearest (fewer if the index is smaller), sorted by distance, ties by article. `query` has dim floats and
  // length 1; the shape is at least k wide. Distances are 1 - dot, to about 1e-4. Throws InputError where the file is
  // damaged.
  std::vector<LabeledNeighbor> search(std::span<const float> query, std::size_t k, const BeamShape& shape);

  std::uint64_t distances() const { return routine_.distances(); }  // evaluated so far, without entries

 private:
  std::vector<LabeledNeighbor> nearest(std::size_t wanted);

  const CompactIndex* index_;
  BeamSearch<CompactIndex> routine_;
  CompactQuery coded_;
  std::vector<NodeId> ids_;
  std::vector<float> values_;  // beside ids_
  std::vector<float> sorted_;
};

}  // namespace linktrail
