// Times as logs write them, all in UTC, as milliseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace linktrail {

// Reads "2026-10-01 12:00:00", "2026-10-01T12:00:00Z", either with a fraction of 1 to 9 digits (cut to milliseconds)
// and with or without the Z, or seconds since 1970, also with a fraction. The last day seen is remembered, since rows
// of one day follow each other.
class TimestampParser {
 public:
  static constexpr const char* kExpected = "seconds since 1970 or YYYY-MM-DD HH:MM:SS (UTC), from 1970 to 2500";

  // Nothing if `text` is no such time, or no day of the calendar.
  std::optional<std::uint64_t> parse(std::string_view text);

 private:
  std::optional<std::uint64_t> day_start(std::string_view date);

  char date_[10] = {};
  std::uint64_t date_ms_ = 0;
};

}  // namespace linktrail
