// Bounded lists of neighbours with their distances, one a row, stored flat: the working memory of a merge.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "core/lazy_memory.h"
#include "index/hnsw_graph.h"

namespace linktrail {

class NeighborTable {
 public:
  NeighborTable(std::size_t rows, std::uint32_t capacity)
      : memory_(reserve_zeroed(rows * capacity * sizeof(Neighbor))), counts_(rows, 0), capacity_(capacity) {}
  NeighborTable(NeighborTable&&) = default;  // not copied: it is among the largest things in memory
  NeighborTable& operator=(NeighborTable&&) = default;

  std::size_t rows() const { return counts_.size(); }
  std::uint32_t capacity() const { return capacity_; }
  std::span<const Neighbor> operator[](std::size_t row) const { return {entries() + row * capacity_, counts_[row]}; }

  // What is farther would not be kept by merge().
  float limit(std::size_t row) const {
    return counts_[row] < capacity_ ? std::numeric_limits<float>::infinity() : (*this)[row].back().distance;
  }

  // Takes at most the capacity from the front of a sorted list.
  void assign(std::size_t row, std::span<const Neighbor> sorted) {
    counts_[row] = static_cast<std::uint32_t>(std::min<std::size_t>(sorted.size(), capacity_));
    std::copy_n(sorted.begin(), counts_[row], entries() + row * capacity_);
  }

  // Takes in a sorted list; of all that were ever taken in, the nearest stay, each pair (distance, id) once. So the
  // outcome does not depend on the order of calls.
  void merge(std::size_t row, std::span<const Neighbor> sorted) {
    const std::span<const Neighbor> old = (*this)[row];
    merged_.clear();
    auto a = old.begin();
    auto b = sorted.begin();
    while (merged_.size() < capacity_ && (a != old.end() || b != sorted.end())) {
      const bool from_old = b == sorted.end() || (a != old.end() && *a <= *b);
      const Neighbor& next = from_old ? *a++ : *b++;
      if (merged_.empty() || merged_.back() != next) merged_.push_back(next);
    }
    assign(row, merged_);
  }

  // Gives entry `i` of a row another id; ids must keep their order.
  void replace(std::size_t row, std::size_t i, NodeId id) { entries()[row * capacity_ + i].id = id; }

  // Keeps the list sorted; above the capacity the farthest falls out.
  void insert(std::size_t row, const Neighbor& neighbor) {
    Neighbor* begin = entries() + row * capacity_;
    Neighbor* end = begin + counts_[row];
    Neighbor* at = std::upper_bound(begin, end, neighbor);
    if (counts_[row] < capacity_)
      ++counts_[row];
    else if (at == end)
      return;
    else
      --end;
    std::move_backward(at, end, end + 1);
    *at = neighbor;
  }

 private:
  Neighbor* entries() { return static_cast<Neighbor*>(memory_.get()); }
  const Neighbor* entries() const { return static_cast<const Neighbor*>(memory_.get()); }

  std::shared_ptr<void> memory_;
  std::vector<std::uint32_t> counts_;
  std::uint32_t capacity_ = 0;
  std::vector<Neighbor> merged_;
};

}  // namespace linktrail
