#include "index/compact_order.h"

#include <algorithm>
#include <numeric>

#include "index/distance.h"

namespace linktrail {

namespace {

constexpr std::size_t kSmallestPart = 8;
constexpr std::size_t kSample = 256;  // rows of a part that its two means are found from
constexpr int kRounds = 6;            // of two-means on the sample; the halves hardly move after that

struct Keyed {
  float key = 0;
  NodeId row = 0;

  friend auto operator<=>(const Keyed&, const Keyed&) = default;
};

class Halving {
 public:
  Halving(std::size_t count, std::size_t dim, std::size_t block, const RowAt& row)
      : row_(row), dim_(dim), block_(block), dot_(best_dot_kernel()), direction_(dim), order_(count), keys_(count) {
    std::iota(order_.begin(), order_.end(), NodeId{0});
  }

  std::vector<NodeId> run() {
    std::vector<std::span<NodeId>> parts{order_};
    while (!parts.empty()) {
      const std::span<NodeId> part = parts.back();
      parts.pop_back();
      if (part.size() <= kSmallestPart) continue;
      const std::size_t first = first_half(part.size());
      halve(part, first);
      parts.push_back(part.subspan(first));
      parts.push_back(part.first(first));
    }
    return std::move(order_);
  }

 private:
  std::size_t first_half(std::size_t size) const {
    return size > block_ ? (size / 2 + block_ - 1) / block_ * block_ : size / 2;
  }

  float along(NodeId row) const { return dot_(direction_.data(), row_(row).data(), dim_); }

  // The direction from one mean of the part's sample to the other, from its first and last row as first means.
  void find_direction(std::span<const NodeId> part) {
    const std::size_t step = std::max<std::size_t>(1, part.size() / kSample);
    const std::span<const float> a = row_(part.front());
    const std::span<const float> b = row_(part.back());
    for (std::size_t d = 0; d < dim_; ++d) direction_[d] = b[d] - a[d];
    for (int round = 0; round < kRounds; ++round) {
      std::vector<Keyed> sample;
      for (std::size_t i = 0; i < part.size(); i += step) sample.push_back({along(part[i]), part[i]});
      std::ranges::sort(sample);
      std::ranges::fill(direction_, 0.0F);
      for (std::size_t i = 0; i < sample.size(); ++i) add(sample[i].row, i < sample.size() / 2 ? -1.0F : 1.0F);
    }
  }

  void add(NodeId row, float sign) {
    const std::span<const float> values = row_(row);
    for (std::size_t d = 0; d < dim_; ++d) direction_[d] += sign * values[d];
  }

  void halve(std::span<NodeId> part, std::size_t first) {
    find_direction(part);
    const std::span<Keyed> keys = std::span(keys_).first(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) keys[i] = {along(part[i]), part[i]};
    std::ranges::nth_element(keys, keys.begin() + static_cast<std::ptrdiff_t>(first));
    for (std::size_t i = 0; i < part.size(); ++i) part[i] = keys[i].row;
  }

  const RowAt& row_;
  std::size_t dim_;
  std::size_t block_;
  DotKernel dot_;
  std::vector<float> direction_;
  std::vector<NodeId> order_;
  std::vector<Keyed> keys_;
};

}  // namespace

std::vector<NodeId> locality_order(std::size_t count, std::size_t dim, std::size_t block, const RowAt& row) {
  return Halving(count, dim, block, row).run();
}

}  // namespace linktrail
