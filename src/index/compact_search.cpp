#include "index/compact_search.h"

#include <algorithm>

namespace linktrail {

namespace {

// Codes alone put a true neighbour some places too low, hardly ever more than this.
std::size_t candidates_for(std::size_t k) { return 2 * k + 20; }

}  // namespace

std::vector<LabeledNeighbor> CompactSearch::search(std::span<const float> query, std::size_t k, std::size_t ef) {
  const CompactQuery coded = index_->query(query);
  if (index_->size() == 0 || k == 0) return {};
  const Beam& beam = routine_.search_from({&coded.entry, 1}, coded, std::max(ef, k));
  const std::size_t count = std::min(beam.size(), candidates_for(k));
  ids_.resize(count);
  values_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    ids_[i] = beam[i].id;
    values_[i] = beam[i].distance;
    index_->prefetch_residual(ids_[i]);
  }
  index_->refine(coded, ids_, values_.data());
  std::vector<LabeledNeighbor> found;
  for (std::size_t i = 0; i < count; ++i) found.push_back({values_[i], index_->qid(ids_[i])});
  const std::size_t wanted = std::min(k, count);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(wanted), found.end());
  found.resize(wanted);
  return found;
}

}  // namespace linktrail
