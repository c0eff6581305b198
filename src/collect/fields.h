// Fields of a tab-separated row, found where they lie.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace linktrail {

// What Hive, Spark and SQL exports write for a missing value.
inline bool is_missing(std::string_view field) {
  return field.empty() || field == "NULL" || field == "\\N" || field == "None" || field == "\"\"" || field == "-";
}

// Splits at tabs. Returns the number of fields, or one more than `fields` holds if there are more.
template <std::size_t kMost>
std::size_t split_fields(std::string_view line, std::array<std::string_view, kMost>& fields) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t n = 0; n < kMost; ++n) {
    const void* hit = std::memchr(at, '\t', static_cast<std::size_t>(end - at));
    const char* const stop = hit == nullptr ? end : static_cast<const char*>(hit);
    fields[n] = std::string_view(at, static_cast<std::size_t>(stop - at));
    if (hit == nullptr) return n + 1;
    at = stop + 1;
  }
  return kMost + 1;
}

// A whole number from 1 to 2^32 - 1, as page ids are; 0 if `text` is none.
inline std::uint32_t parse_page_id(std::string_view text) {
  if (text.size() > 10) return 0;
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number > 0xffffffffULL ? 0 : static_cast<std::uint32_t>(number);
}

}  // namespace linktrail
