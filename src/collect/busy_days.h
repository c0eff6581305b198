// The rule of the day applied while views come in, so that an actor with a million views takes the memory of a few
// hundred.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "collect/view.h"
#include "core/hash.h"

namespace linktrail {

// Days of actors that have shown too many views already. What follows on such a day is dropped on arrival, so in the
// end the same views are gone as if all had been looked at together (drop_busy_days).
class BusyDays {
 public:
  // `most` views of an actor and day are allowed; 0: any number.
  explicit BusyDays(std::uint32_t most) : most_(most) {}

  // Whether the view is of a day that is dropped; it is counted then.
  bool take(const View& view) {
    if (days_.empty()) return false;
    const auto day = days_.find(day_of(view));
    if (day == days_.end()) return false;
    ++day->second;
    return true;
  }

  // Takes the days out of `views` that have too many, and sorts the others by actor and time. O(n log n).
  void trim(std::vector<View>& views);

  // Forgets the days for whose actors keep(view) is false.
  template <class Keep>
  void filter(Keep&& keep) {
    std::erase_if(days_,
                  [&](const auto& day) { return !keep(View{.actor = day.first.actor, .when = day.first.when}); });
  }

  std::uint64_t views() const;  // dropped, of the days that are not forgotten

 private:
  struct Day {
    std::uint64_t actor = 0;
    std::uint64_t when = 0;  // as of a view, with the day in place of the time

    bool operator==(const Day&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Day& day) const { return mix64(day.actor ^ mix64(day.when)); }
  };

  static Day day_of(const View& view) { return {view.actor, (view.when & ~kTimeMask) | view.day()}; }

  std::uint32_t most_;
  std::unordered_map<Day, std::uint64_t, Hash> days_;  // at most one for `most` views: small
};

// The most views that one actor has, of views sorted by actor.
std::uint64_t most_of_one_actor(std::span<const View> views);

}  // namespace linktrail
