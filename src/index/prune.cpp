#include "index/prune.h"

#include <algorithm>

#include "core/prefetch.h"

namespace linktrail {

namespace {

// Vectors of candidates lie anywhere, and each takes longer to arrive than a few comparisons do.
constexpr std::size_t kRowsAhead = 4;

}  // namespace

float Pruner::distance(NodeId a, NodeId b) {
  ++distances_;
  return 1.0F - dot_(vectors_->row(a), vectors_->row(b), vectors_->stride());
}

bool Pruner::diverse(const float* row, float limit) {
  for (const float* other : kept_rows_) {
    ++distances_;
    if (1.0F - dot_(row, other, vectors_->stride()) <= limit) return false;
  }
  return true;
}

std::span<const Neighbor> Pruner::prune(std::span<const Neighbor> candidates, const PruneParams& params) {
  kept_.clear();
  kept_rows_.clear();
  rejected_.clear();
  for (std::size_t i = 0; i < candidates.size() && kept_.size() < params.keep; ++i) {
    if (i + kRowsAhead < candidates.size())
      prefetch_floats(vectors_->row(candidates[i + kRowsAhead].id), vectors_->stride());
    const Neighbor& candidate = candidates[i];
    const float* row = vectors_->row(candidate.id);
    if (diverse(row, candidate.distance / params.slack)) {
      kept_.push_back(candidate);
      kept_rows_.push_back(row);
    } else {
      rejected_.push_back(candidate);
    }
  }
  if (params.backfill == Backfill::kNearestRejected) {
    const std::size_t slots = std::min(params.keep, params.fill);
    const std::size_t free = std::min(slots - std::min(slots, kept_.size()), rejected_.size());
    kept_.insert(kept_.end(), rejected_.begin(), rejected_.begin() + static_cast<std::ptrdiff_t>(free));
    std::ranges::sort(kept_);
  }
  return kept_;
}

void sort_candidates(std::vector<Neighbor>& candidates, NodeId node) {
  std::erase_if(candidates, [&](const Neighbor& candidate) { return candidate.id == node; });
  std::ranges::sort(candidates, [](const Neighbor& a, const Neighbor& b) {
    return a.id != b.id ? a.id < b.id : a.distance < b.distance;
  });
  const auto same_id = [](const Neighbor& a, const Neighbor& b) { return a.id == b.id; };
  candidates.erase(std::unique(candidates.begin(), candidates.end(), same_id), candidates.end());
  std::ranges::sort(candidates);
}

}  // namespace linktrail
