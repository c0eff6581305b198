// The working memory of a beam search: the best nodes found so far, and which nodes have been seen.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

// The `width` nearest nodes offered, in Neighbor's order, each marked once it is expanded.
//
// An entry is one 64-bit number, distance before id before mark, so that the order costs one comparison and a place is
// made by moving words. Ids must be below 2^31.
class Beam {
 public:
  void reset(std::size_t width) {
    if (entries_.size() < width + 1) entries_.resize(width + 1);
    width_ = width;
    size_ = 0;
    next_ = 0;
  }

  std::size_t size() const { return size_; }
  Neighbor operator[](std::size_t i) const { return {distance_of(entries_[i]), id_of(entries_[i])}; }

  // As in hnswlib, an equal distance does not enter a full beam: a search ends among many duplicates.
  // Whether the node has entered.
  bool offer(float distance, NodeId id) {
    const std::uint64_t entry = entry_of(distance, id);
    if (size_ == width_ && (size_ == 0 || entry >> 32 >= entries_[size_ - 1] >> 32)) return false;
    const std::size_t at = place_of(entry);
    const std::size_t moved = (size_ == width_ ? size_ - 1 : size_) - at;
    std::memmove(&entries_[at + 1], &entries_[at], moved * sizeof entry);
    entries_[at] = entry;
    size_ = at + moved + 1;
    next_ = std::min(next_, at);
    return true;
  }

  // Whether a node is left to expand; next() is the nearest of them.
  bool has_next() {
    while (next_ < size_ && (entries_[next_] & 1) != 0) ++next_;
    return next_ < size_;
  }
  NodeId next() const { return id_of(entries_[next_]); }
  NodeId take_next() {
    entries_[next_] |= 1;
    return id_of(entries_[next_]);
  }

 private:
  // Floats in the order of their bits: those below 0 have all bits turned, the others the sign bit.
  static std::uint64_t entry_of(float distance, NodeId id) {
    const auto bits = std::bit_cast<std::uint32_t>(distance);
    const std::uint32_t ordered = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
    return std::uint64_t{ordered} << 32 | std::uint64_t{id} << 1;
  }
  static float distance_of(std::uint64_t entry) {
    const auto ordered = static_cast<std::uint32_t>(entry >> 32);
    return std::bit_cast<float>((ordered >> 31) != 0 ? ordered & 0x7fffffffU : ~ordered);
  }
  // How many entries are less. Without a branch that depends on data: each would be guessed wrong every other time.
  std::size_t place_of(std::uint64_t entry) const {
    const std::uint64_t* first = entries_.data();
    for (std::size_t count = size_; count > 0;) {
      const std::size_t half = (count + 1) / 2;
      first += first[half - 1] < entry ? half : 0;
      count -= half;
    }
    return static_cast<std::size_t>(first - entries_.data());
  }
  static NodeId id_of(std::uint64_t entry) { return static_cast<NodeId>(entry) >> 1; }

  std::vector<std::uint64_t> entries_;  // [width + 1], the first `size` sorted
  std::size_t size_ = 0;
  std::size_t width_ = 0;
  std::size_t next_ = 0;  // no entry before it is left to expand
};

// A bit a node, so that it stays in the cache for a million of them; only the words touched are cleared again.
class VisitedSet {
 public:
  explicit VisitedSet(std::size_t nodes) : words_((nodes + 63) / 64, 0), touched_(words_.size() + 1) {}

  void clear() {
    for (std::size_t i = 0; i < touched_count_; ++i) words_[touched_[i]] = 0;
    touched_count_ = 0;
  }

  // Inserts ids; those that were not there before are written to `fresh`, which has room for all. Returns their number.
  // Whether a node is new cannot be guessed, so nothing branches on it.
  std::size_t insert(std::span<const NodeId> ids, NodeId* fresh) {
    std::size_t count = 0;
    for (const NodeId id : ids) {
      std::uint64_t& word = words_[id / 64];
      const std::uint64_t bit = std::uint64_t{1} << (id % 64);
      touched_[touched_count_] = id / 64;
      touched_count_ += word == 0 ? 1 : 0;
      fresh[count] = id;
      count += (word & bit) == 0 ? 1 : 0;
      word |= bit;
    }
    return count;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> touched_;  // the first touched_count_: words that are not 0; one more to write to in vain
  std::size_t touched_count_ = 0;
};

}  // namespace linktrail
