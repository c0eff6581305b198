#include "index/leaf_knn.h"

namespace linktrail {

namespace {

// What LeafKernels::select can be asked for.
constexpr std::size_t kSelectStep = 16;
// Above this many a sort is cheaper than counting. Only many equal distances lead there.
constexpr std::size_t kMostCounted = 512;
constexpr NodeId kFree = ~NodeId{0};
// 1 - score is rounded, so a limit of distances is widened as one of scores.
constexpr float kRounding = 1e-6F;

}  // namespace

LeafKnn::LeafKnn(std::size_t neighbors, const LeafKernels& kernels)
    : kernels_(&kernels), neighbors_(std::min(neighbors, kMaxSelect)), packed_(kernels) {}

std::span<const Neighbor> LeafKnn::choose(std::span<const float> scores, float limit) {
  const std::size_t asked = (neighbors_ + kSelectStep - 1) / kSelectStep * kSelectStep;
  const std::size_t count = kernels_->select(scores.data(), scores.size(), asked, 1.0F - limit - kRounding,
                                             distances_of_.data(), columns_.data());
  chosen_.clear();
  if (count <= kMostCounted) {
    take_in_order(count);
  } else {
    for (std::size_t i = 0; i < count; ++i) chosen_.push_back({distances_of_[i], columns_[i]});
    std::ranges::sort(chosen_);
  }
  chosen_.resize(std::min(neighbors_, count));
  return chosen_;
}

void LeafKnn::take_in_order(std::size_t count) {
  kernels_->order(distances_of_.data(), count, places_.data());
  chosen_.assign(count, {0, kFree});
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t place = places_[i];
    while (chosen_[place].id != kFree) ++place;  // equal ones, of lower columns
    chosen_[place] = {distances_of_[i], columns_[i]};
  }
}

}  // namespace linktrail
