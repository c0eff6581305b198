// The working memory of a beam search: the best nodes found so far, and which nodes have been seen.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

// What a beam keeps, and when a search on it ends.
struct BeamShape {
  std::size_t width = 0;  // nodes kept at most
  std::size_t wanted = 0;
  // Once `wanted` nodes are found, nodes further away than 1 + slack times the last of them neither enter nor are
  // expanded. 0: no such limit, a beam as in hnswlib.
  float slack = 0;
};

// The `width` nearest nodes offered, in Neighbor's order, each marked once it is expanded.
//
// An entry is one 64-bit number, distance before id before mark, so that the order costs one comparison and a place is
// made by moving words. Ids must be below 2^31.
class Beam {
 public:
  void reset(const BeamShape& shape) {
    if (entries_.size() < shape.width + 1) entries_.resize(shape.width + 1);
    shape_ = shape;
    shape_.wanted = std::max<std::size_t>(shape.wanted, 1);
    size_ = 0;
    next_ = 0;
    stop_ = kNoLimit;
    limit_ = shape.width == 0 ? 0 : kNoLimit;
  }

  std::size_t size() const { return size_; }
  Neighbor operator[](std::size_t i) const { return {distance_of(entries_[i]), id_of(entries_[i])}; }

  // The positions of those distances that might enter, in their order; `to` has room for all. Returns their number.
  // What enters cannot be guessed, so nothing branches on it.
  std::size_t select(std::span<const float> distances, std::uint32_t* to) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < distances.size(); ++i) {
      to[count] = static_cast<std::uint32_t>(i);
      count += key_of(distances[i]) < limit_ ? 1 : 0;
    }
    return count;
  }

  // As in hnswlib, an equal distance does not enter a full beam: a search ends among many duplicates.
  // Whether the node has entered.
  bool offer(float distance, NodeId id) {
    if (key_of(distance) >= limit_) return false;
    const std::uint64_t entry = std::uint64_t{key_of(distance)} << 32 | std::uint64_t{id} << 1;
    const std::size_t at = place_of(entry);
    const std::size_t moved = (size_ == shape_.width ? size_ - 1 : size_) - at;
    std::memmove(&entries_[at + 1], &entries_[at], moved * sizeof entry);
    entries_[at] = entry;
    size_ = at + moved + 1;
    next_ = std::min(next_, at);
    find_limits();
    return true;
  }

  // Whether a node is left to expand; next() is the nearest of them.
  bool has_next() {
    while (next_ < size_ && (entries_[next_] & 1) != 0) ++next_;
    return next_ < size_ && entries_[next_] >> 32 < stop_;
  }
  NodeId next() const { return id_of(entries_[next_]); }
  NodeId take_next() {
    entries_[next_] |= 1;
    return id_of(entries_[next_]);
  }

 private:
  static constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 32;

  void find_limits() {
    if (shape_.slack > 0 && size_ >= shape_.wanted) {
      const float last = distance_of(entries_[shape_.wanted - 1]);
      stop_ = std::uint64_t{key_of(last + shape_.slack * std::abs(last))} + 1;
      limit_ = stop_;
    }
    if (size_ == shape_.width) limit_ = std::min(limit_, entries_[size_ - 1] >> 32);
  }

  // Floats in the order of their bits: those below 0 have all bits turned, the others the sign bit.
  static std::uint32_t key_of(float distance) {
    const auto bits = std::bit_cast<std::uint32_t>(distance);
    return bits ^ (static_cast<std::uint32_t>(static_cast<std::int32_t>(bits) >> 31) | 0x80000000U);
  }
  static float distance_of(std::uint64_t entry) {
    const auto ordered = static_cast<std::uint32_t>(entry >> 32);
    return std::bit_cast<float>((ordered >> 31) != 0 ? ordered & 0x7fffffffU : ~ordered);
  }
  // How many entries are less. Without a branch that depends on data: each would be guessed wrong every other time.
  std::size_t place_of(std::uint64_t entry) const {
    const std::uint64_t* entries = entries_.data();
    std::size_t first = 0;
    for (std::size_t count = size_; count > 0;) {
      const std::size_t half = (count + 1) / 2;
      // A product, since the compiler makes a branch of a choice.
      first += half & (std::size_t{0} - static_cast<std::size_t>(entries[first + half - 1] < entry));
      count -= half;
    }
    return first;
  }
  static NodeId id_of(std::uint64_t entry) { return static_cast<NodeId>(entry) >> 1; }

  std::vector<std::uint64_t> entries_;  // [width + 1], the first `size` sorted
  BeamShape shape_;
  std::size_t size_ = 0;
  std::size_t next_ = 0;  // no entry before it is left to expand
  // Keys of distances, of which only lesser ones are expanded, or enter.
  std::uint64_t stop_ = kNoLimit;
  std::uint64_t limit_ = kNoLimit;
};

// A bit a node, so that it stays in the cache for a million of them; only the words touched are cleared again.
class VisitedSet {
 public:
  explicit VisitedSet(std::size_t nodes) : words_((nodes + 63) / 64, 0), touched_(words_.size() + 1) {}

  void clear() {
    for (std::size_t i = 0; i < touched_count_; ++i) words_[touched_[i]] = 0;
    touched_count_ = 0;
  }

  // Writes those ids that are not in the set to `fresh`, which has room for all. Returns their number.
  // Whether a node is new cannot be guessed, so nothing branches on it; nothing is written to the set here, since near
  // ids share words and each would wait for the one before.
  std::size_t select(std::span<const NodeId> ids, NodeId* fresh) const {
    std::size_t count = 0;
    for (const NodeId id : ids) {
      fresh[count] = id;
      count += (words_[id / 64] >> (id % 64) & 1) ^ 1;
    }
    return count;
  }

  // Inserts ids; those that were there already, or earlier among them, are taken out. Returns how many are left.
  std::size_t insert(std::span<NodeId> ids) {
    std::size_t count = 0;
    for (const NodeId id : ids) {
      std::uint64_t& word = words_[id / 64];
      const std::uint64_t bit = std::uint64_t{1} << (id % 64);
      touched_[touched_count_] = id / 64;
      touched_count_ += word == 0 ? 1 : 0;
      ids[count] = id;
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
