#include "index/compact_search.h"

#include <algorithm>

namespace linktrail {

namespace {

// Codes alone put a true neighbour some places too low, hardly ever more than this.
std::size_t candidates_for(std::size_t k) { return 2 * k + 20; }

}  // namespace

std::vector<LabeledNeighbor> CompactSearch::search(std::span<const float> query, std::size_t k,
                                                   const BeamShape& shape) {
  index_->query(query, coded_);
  if (index_->size() == 0 || k == 0) return {};
  const Beam& beam = routine_.search_from({&coded_.entry, 1}, coded_, shape);
  const std::size_t count = std::min(beam.size(), candidates_for(k));
  ids_.resize(count);
  values_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    ids_[i] = beam[i].id;
    values_[i] = beam[i].distance;
    index_->prefetch_residual(ids_[i]);
  }
  index_->refine(coded_, ids_, values_.data());
  return nearest(std::min(k, count));
}

// Of the candidates; the numbers of articles are looked up for those that count, as each is a place in memory.
std::vector<LabeledNeighbor> CompactSearch::nearest(std::size_t wanted) {
  std::vector<LabeledNeighbor> found;
  if (wanted == 0) return found;
  sorted_ = values_;
  std::ranges::nth_element(sorted_, sorted_.begin() + static_cast<std::ptrdiff_t>(wanted - 1));
  const float last = sorted_[wanted - 1];
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (values_[i] <= last) found.push_back({values_[i], index_->qid(ids_[i])});
  std::ranges::sort(found);
  found.resize(wanted);
  return found;
}

}  // namespace linktrail
