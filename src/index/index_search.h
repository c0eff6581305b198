// Questions to an index file, whichever of the two it is: index.hnsw or index.compact.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/ids.h"
#include "index/labeled_neighbor.h"

namespace linktrail {

// Working memory of one thread's searches, and the index that it keeps mapped.
class IndexSearch {
 public:
  virtual ~IndexSearch() = default;

  virtual std::size_t size() const = 0;
  virtual std::size_t dim() const = 0;

  // The k nearest (fewer if the index is smaller), sorted by distance, ties by article. `query` has dim floats and
  // length 1; ef as in beam_for(): 0 for the default. Distances are 1 - dot. Throws UsageError for another dim,
  // InputError where the file is damaged.
  virtual std::vector<LabeledNeighbor> search(std::span<const float> query, std::size_t k, std::size_t ef) = 0;

  // The vector of an article, of length 1. Throws InputError if the index does not have it.
  virtual std::vector<float> vector(Qid qid) const = 0;
};

// Opens an index.compact (known by its first bytes) at once, or checks an index.hnsw of vectors of `dim` floats. Throws
// InputError, also for a compact index of another dim.
std::unique_ptr<IndexSearch> open_index(const std::filesystem::path& path, std::size_t dim);

}  // namespace linktrail
