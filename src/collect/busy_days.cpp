#include "collect/busy_days.h"

#include <algorithm>

namespace linktrail {

void BusyDays::trim(std::vector<View>& views) {
  std::sort(views.begin(), views.end(),
            [](const View& a, const View& b) { return a.actor != b.actor ? a.actor < b.actor : a.when < b.when; });
  auto kept = views.begin();
  for (auto begin = views.begin(); begin != views.end();) {
    const Day day = day_of(*begin);
    const auto end = std::find_if(begin, views.end(), [&](const View& view) { return !(day_of(view) == day); });
    if (most_ > 0 && end - begin > static_cast<std::ptrdiff_t>(most_))
      days_[day] += static_cast<std::uint64_t>(end - begin);
    else
      kept = std::copy(begin, end, kept);
    begin = end;
  }
  views.erase(kept, views.end());
}

std::uint64_t most_of_one_actor(std::span<const View> views) {
  std::uint64_t most = 0;
  for (std::size_t begin = 0, end = 0; begin < views.size(); begin = end) {
    while (end < views.size() && views[end].same_actor(views[begin])) ++end;
    most = std::max<std::uint64_t>(most, end - begin);
  }
  return most;
}

std::uint64_t BusyDays::views() const {
  std::uint64_t views = 0;
  for (const auto& [day, count] : days_) views += count;
  return views;
}

}  // namespace linktrail
