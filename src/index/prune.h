// The choice of a node's links among candidates: the second heuristic of the HNSW paper (Malkov & Yashunin 2016,
// algorithm 4), with the candidates' distances already known.
//
// A candidate is kept only if it is nearer to the node than to every one kept before. Equal distances count as not
// nearer, unlike in hnswlib: otherwise equal vectors fill each other's lists and their group becomes a sink. With
// `slack` above 1 a candidate is rejected only if it is so many times nearer to one that is kept (the alpha of Vamana).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/distance.h"
#include "index/vector_lookup.h"

namespace linktrail {

enum class Backfill { kNone, kNearestRejected };

struct PruneParams {
  std::size_t keep = 32;                            // links at most
  Backfill backfill = Backfill::kNone;              // what to do with slots that the heuristic leaves free
  std::size_t fill = static_cast<std::size_t>(-1);  // as long as the list is shorter than this
  float slack = 1;
};

class Pruner {
 public:
  explicit Pruner(const VectorLookup& vectors) : vectors_(&vectors), dot_(best_dot_kernel()) {}

  // `candidates` are sorted, without repeats and without the node itself. The result is sorted; valid until the next
  // call.
  std::span<const Neighbor> prune(std::span<const Neighbor> candidates, const PruneParams& params);

  // Distance between two nodes that the lookup knows.
  float distance(NodeId a, NodeId b);

  std::uint64_t distances() const { return distances_; }  // evaluated so far

 private:
  bool diverse(const float* row, float limit);

  const VectorLookup* vectors_;
  DotKernel dot_;
  std::uint64_t distances_ = 0;
  std::vector<Neighbor> kept_;
  std::vector<const float*> kept_rows_;
  std::vector<Neighbor> rejected_;
};

// Sorts and removes repeats of ids (the nearer entry stays) and the node itself.
void sort_candidates(std::vector<Neighbor>& candidates, NodeId node);

}  // namespace linktrail
