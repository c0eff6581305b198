// What the writer and the reader of fastText's model file (version 12) agree on. Implementation detail of the room.
#pragma once

#include <cstdint>

namespace linktrail::formats {

inline constexpr std::int32_t kFastTextMagic = 793712314;
inline constexpr std::int32_t kFastTextVersion = 12;
inline constexpr std::int64_t kNotPruned = -1;
inline constexpr std::uint8_t kNotQuantized = 0;
inline constexpr std::int8_t kWordEntry = 0;
inline constexpr std::int8_t kLabelEntry = 1;

}  // namespace linktrail::formats
