#include "corpus/qid_slots.h"

#include <algorithm>
#include <bit>

namespace linktrail {

void QidSlots::make_room(std::span<const QidCount> list, std::size_t more) {
  constexpr std::size_t kLeastSlots = 1024;
  const std::size_t needed = std::bit_ceil(std::max(kLeastSlots, 2 * (list.size() + more)));
  if (needed <= slots_.size()) return;
  slots_.assign(needed, kFree);
  for (std::size_t number = 0; number < list.size(); ++number) {
    std::size_t place = start_of(list[number].qid);
    while (slots_[place] != kFree) place = (place + 1) & (slots_.size() - 1);  // the list has each QID once
    slots_[place] = static_cast<std::uint32_t>(number);
  }
}

}  // namespace linktrail
