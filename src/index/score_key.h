// A neighbour as one whole number that sorts by distance, ties by id: comparing numbers is most of what selection does.
#pragma once

#include <cstdint>

namespace linktrail {
namespace {  // each kernel file is compiled for another machine, so each has a copy of its own

// The key of distance 1 - score.
inline std::uint64_t score_key(float score, std::uint32_t id) {
  const auto bits = __builtin_bit_cast(std::uint32_t, 1.0F - score);
  const std::uint32_t ordered = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return (std::uint64_t{ordered} << 32) | id;
}

inline float distance_of_key(std::uint64_t key) {
  const auto ordered = static_cast<std::uint32_t>(key >> 32);
  return __builtin_bit_cast(float, (ordered & 0x80000000U) != 0 ? ordered & 0x7fffffffU : ~ordered);
}

}  // namespace
}  // namespace linktrail
