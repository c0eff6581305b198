// Bounded lists of neighbours with their distances, one a row, stored flat: the working memory of a merge.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

class NeighborTable {
 public:
  NeighborTable(std::size_t rows, std::uint32_t capacity)
      : entries_(rows * capacity), counts_(rows, 0), capacity_(capacity) {}

  std::size_t rows() const { return counts_.size(); }
  std::uint32_t capacity() const { return capacity_; }
  std::span<const Neighbor> operator[](std::size_t row) const {
    return {entries_.data() + row * capacity_, counts_[row]};
  }

  // Takes at most the capacity from the front of a sorted list.
  void assign(std::size_t row, std::span<const Neighbor> sorted) {
    counts_[row] = static_cast<std::uint32_t>(std::min<std::size_t>(sorted.size(), capacity_));
    std::copy_n(sorted.begin(), counts_[row], entries_.begin() + static_cast<std::ptrdiff_t>(row * capacity_));
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
  void replace(std::size_t row, std::size_t i, NodeId id) { entries_[row * capacity_ + i].id = id; }

  // Keeps the list sorted; above the capacity the farthest falls out.
  void insert(std::size_t row, const Neighbor& neighbor) {
    Neighbor* begin = entries_.data() + row * capacity_;
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
  std::vector<Neighbor> entries_;
  std::vector<std::uint32_t> counts_;
  std::uint32_t capacity_ = 0;
  std::vector<Neighbor> merged_;
};

}  // namespace linktrail
