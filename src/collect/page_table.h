// A number for each of many 64-bit keys: open addressing, 16 bytes a slot, at most two thirds full.
#pragma once

#include <cstdint>
#include <vector>

#include "core/hash.h"

namespace linktrail {

class PageTable {
 public:
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    std::int64_t value = 0;
  };

  PageTable() : slots_(kSmallest) {}

  // The value of `key`, which is not 0; a new one is 0. Valid until the next call.
  std::int64_t& operator[](std::uint64_t key) {
    if ((used_ + 1) * 3 > slots_.size() * 2) grow();
    Slot& slot = slots_[place_of(key)];
    if (slot.key == 0) {
      slot.key = key;
      ++used_;
    }
    return slot.value;
  }

  // The value of `key`, or null.
  std::int64_t* find(std::uint64_t key) {
    Slot& slot = slots_[place_of(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  const std::int64_t* find(std::uint64_t key) const { return const_cast<PageTable*>(this)->find(key); }

  std::size_t size() const { return used_; }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

  // Calls work(key, value) for every key, in no order that means anything.
  template <class Work>
  void for_each(Work&& work) {
    for (Slot& slot : slots_)
      if (slot.key != 0) work(slot.key, slot.value);
  }

 private:
  static constexpr std::size_t kSmallest = 1024;

  std::size_t place_of(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = mix64(key) & mask;
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != 0) slots_[place_of(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace linktrail
