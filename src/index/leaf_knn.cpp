#include "index/leaf_knn.h"

#include "index/score_key.h"

namespace linktrail {

namespace {

// What LeafKernels::select can be asked for.
constexpr std::size_t kSelectStep = 16;

}  // namespace

LeafKnn::LeafKnn(std::size_t neighbors, const LeafKernels& kernels)
    : kernels_(&kernels), neighbors_(std::min(neighbors, kMaxSelect)), packed_(kernels) {}

std::span<const Neighbor> LeafKnn::choose(std::span<const float> scores) {
  const std::size_t asked = (neighbors_ + kSelectStep - 1) / kSelectStep * kSelectStep;
  const std::size_t count = kernels_->select(scores.data(), scores.size(), asked, keys_.data());
  const std::size_t kept = std::min(neighbors_, count);
  const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(kept);
  if (kept < count) std::nth_element(keys_.begin(), end, keys_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(keys_.begin(), end);
  chosen_.clear();
  for (auto key = keys_.begin(); key != end; ++key)
    chosen_.push_back({distance_of_key(*key), static_cast<NodeId>(*key)});
  return chosen_;
}

}  // namespace linktrail
