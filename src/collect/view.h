// One page view in 24 bytes: what is exchanged, sorted and held of a row of the log.
//
// An actor is 84 bits of two keyed hashes of its signature, which itself is forgotten at once: two of 1.5 billion
// actors (a month of English Wikipedia) share one with probability n^2 / 2^85 = 6e-8; 64 bits would give 6 %.
#pragma once

#include <cstdint>

#include "collect/page_key.h"

namespace linktrail {

// Milliseconds since 1970 (UTC) fit 44 bits up to the year 2527.
inline constexpr int kTimeBits = 44;
inline constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << kTimeBits) - 1;
inline constexpr std::uint64_t kMillisecondsADay = 86'400'000;

struct View {
  std::uint64_t actor = 0;  // 64 bits of the actor
  std::uint64_t when = 0;   // 20 more, and the time below them
  PageKey page = 0;

  std::uint64_t time_ms() const { return when & kTimeMask; }
  std::uint64_t day() const { return time_ms() / kMillisecondsADay; }
  bool same_actor(const View& other) const {
    return actor == other.actor && (when >> kTimeBits) == (other.when >> kTimeBits);
  }
};
static_assert(sizeof(View) == 24);

}  // namespace linktrail
