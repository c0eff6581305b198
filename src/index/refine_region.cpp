#include "index/refine_region.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace linktrail {

namespace {

constexpr std::uint32_t kOutside = std::numeric_limits<std::uint32_t>::max();

}  // namespace

RefineRegion::RefineRegion(NodeId first, std::size_t members, std::span<const NodeId> ghosts, Matrix rows,
                           std::span<const NodeId> links, std::span<const std::uint32_t> counts, std::size_t width)
    : first_(first),
      members_(members),
      ghosts_(ghosts.begin(), ghosts.end()),
      rows_(std::move(rows)),
      width_(width),
      links_(links.size()),
      counts_(counts.size(), 0),
      dot_(best_dot_kernel()),
      visited_(counts.size(), 0) {
  place_of_ghost_.reserve(ghosts.size());
  for (std::size_t i = 0; i < ghosts.size(); ++i) place_of_ghost_[ghosts[i]] = static_cast<std::uint32_t>(members + i);
  for (std::size_t place = 0; place < counts.size(); ++place)
    for (const NodeId id : links.subspan(place * width, counts[place]))
      if (const std::uint32_t to = place_of(id); to != kOutside) links_[place * width + counts_[place]++] = to;
}

std::uint32_t RefineRegion::place_of(NodeId id) const {
  if (id >= first_ && id - first_ < members_) return id - first_;
  const auto ghost = place_of_ghost_.find(id);
  return ghost == place_of_ghost_.end() ? kOutside : ghost->second;
}

NodeId RefineRegion::id_of(std::uint32_t place) const {
  return place < members_ ? static_cast<NodeId>(first_ + place) : ghosts_[place - members_];
}

void RefineRegion::offer(float distance, std::uint32_t place, std::size_t ef) {
  const Neighbor candidate{distance, place};
  if (beam_.size() == ef) {
    if (!(candidate < beam_.back())) return;
    beam_.pop_back();
    expanded_.pop_back();
  }
  const auto at = std::ranges::upper_bound(beam_, candidate);
  expanded_.insert(expanded_.begin() + (at - beam_.begin()), std::uint8_t{0});
  beam_.insert(at, candidate);
}

void RefineRegion::expand(const float* query, std::uint32_t place, std::size_t ef) {
  fresh_.clear();
  for (std::size_t i = 0; i < counts_[place]; ++i) {
    const std::uint32_t to = links_[place * width_ + i];
    if (std::exchange(visited_[to], search_) == search_) continue;
    __builtin_prefetch(rows_.row_data(to));
    fresh_.push_back(to);
  }
  for (const std::uint32_t to : fresh_) {
    const float distance = 1.0F - dot_(query, rows_.row_data(to), rows_.stride());
    found_.push_back({distance, id_of(to)});
    offer(distance, to, ef);
  }
  distances_ += fresh_.size();
}

std::span<const Neighbor> RefineRegion::search(std::size_t member, std::span<const Neighbor> known, std::size_t ef,
                                               std::size_t keep) {
  ++search_;
  beam_.clear();
  expanded_.clear();
  found_.clear();
  visited_[member] = search_;
  for (const Neighbor& entry : known) {
    const std::uint32_t place = place_of(entry.id);
    if (place == kOutside || std::exchange(visited_[place], search_) == search_) continue;
    offer(entry.distance, place, ef);
  }
  const float* query = std::as_const(rows_).row_data(member);
  for (std::size_t next = 0; next < beam_.size();) {
    next = static_cast<std::size_t>(std::ranges::find(expanded_, std::uint8_t{0}) - expanded_.begin());
    if (next == beam_.size()) break;
    expanded_[next] = 1;
    expand(query, beam_[next].id, ef);
  }
  if (found_.size() > keep) {
    std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(keep), found_.end());
    found_.resize(keep);
  }
  std::ranges::sort(found_);
  return found_;
}

}  // namespace linktrail
