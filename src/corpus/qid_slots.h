// Where the entries of a list stand by their QID: a hash table of numbers, 4 bytes a slot, that leaves QIDs to the
// list.
//
// That of a library cannot fetch ahead, and takes six times the memory: with millions of articles a look-up is two
// cache misses, and many of them are waited for together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/hash.h"
#include "core/ids.h"
#include "corpus/qid_count.h"

namespace linktrail {

class QidSlots {
 public:
  static constexpr std::uint32_t kFree = kNoToken;

  // Makes room for `more` entries beyond those of the list, all of which are in the table.
  void make_room(std::span<const QidCount> list, std::size_t more);

  // The slot that holds the number of the QID's entry, or else the free one where it belongs. Needs some room.
  std::uint32_t& at(Qid qid, std::span<const QidCount> list) { return slots_[place_of(qid, list)]; }
  std::uint32_t at(Qid qid, std::span<const QidCount> list) const { return slots_[place_of(qid, list)]; }

  // For a look-up to come: first the slot, and a while later, when that has arrived, the entry.
  void fetch_slot(Qid qid) const { __builtin_prefetch(&slots_[start_of(qid)]); }
  void fetch_entry(Qid qid, std::span<const QidCount> list) const {
    if (const std::uint32_t number = slots_[start_of(qid)]; number != kFree) __builtin_prefetch(&list[number], 1);
  }

 private:
  std::size_t start_of(Qid qid) const {
    return mix64(static_cast<std::uint64_t>(qid) + 0x9e3779b97f4a7c15ULL) & (slots_.size() - 1);
  }

  std::size_t place_of(Qid qid, std::span<const QidCount> list) const {
    std::size_t place = start_of(qid);
    while (slots_[place] != kFree && list[slots_[place]].qid != qid) place = (place + 1) & (slots_.size() - 1);
    return place;
  }

  std::vector<std::uint32_t> slots_;  // open addressing, a power of two of them, at most half in use
};

}  // namespace linktrail
