#include "collect/timestamp.h"

#include <chrono>
#include <cstring>

namespace linktrail {

namespace {

constexpr std::uint64_t kLastYear = 2500;
constexpr std::uint64_t kLastSecond = 16'756'761'599;  // of that year

// `count` digits at `at` as a number; false if one is none.
bool digits(std::string_view text, std::size_t at, std::size_t count, unsigned& number) {
  number = 0;
  for (const char c : text.substr(at, count)) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  return true;
}

// ".25" as 250; nothing for no fraction or one of 1 to 9 digits only.
std::optional<std::uint64_t> fraction_ms(std::string_view text) {
  if (text.empty()) return 0;
  unsigned number = 0;
  if (text.size() < 2 || text.size() > 10 || text[0] != '.' || !digits(text, 1, text.size() - 1, number))
    return std::nullopt;
  for (std::size_t i = text.size() - 1; i < 3; ++i) number *= 10;
  for (std::size_t i = text.size() - 1; i > 3; --i) number /= 10;
  return number;
}

std::optional<std::uint64_t> unix_ms(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  if (whole.empty() || whole.size() > 11) return std::nullopt;
  std::uint64_t seconds = 0;
  for (const char c : whole) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return std::nullopt;
    seconds = seconds * 10 + digit;
  }
  const auto fraction = fraction_ms(text.substr(whole.size()));
  if (!fraction || seconds > kLastSecond) return std::nullopt;
  return seconds * 1000 + *fraction;
}

}  // namespace

std::optional<std::uint64_t> TimestampParser::day_start(std::string_view date) {
  if (std::memcmp(date.data(), date_, sizeof(date_)) == 0) return date_ms_;
  unsigned year = 0, month = 0, day = 0;
  if (date[4] != '-' || date[7] != '-' || !digits(date, 0, 4, year) || !digits(date, 5, 2, month) ||
      !digits(date, 8, 2, day) || year < 1970 || year > kLastYear)
    return std::nullopt;
  const std::chrono::year_month_day calendar{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                             std::chrono::day(day)};
  if (!calendar.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(calendar).time_since_epoch().count();
  std::memcpy(date_, date.data(), sizeof(date_));
  date_ms_ = static_cast<std::uint64_t>(days) * 86'400'000;
  return date_ms_;
}

std::optional<std::uint64_t> TimestampParser::parse(std::string_view text) {
  if (text.size() < 19 || text[4] != '-') return unix_ms(text);
  if (text.back() == 'Z') text.remove_suffix(1);
  if (text.size() < 19) return std::nullopt;
  unsigned hour = 0, minute = 0, second = 0;
  if ((text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':' || !digits(text, 11, 2, hour) ||
      !digits(text, 14, 2, minute) || !digits(text, 17, 2, second) || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto day = day_start(text.substr(0, 10));
  const auto fraction = fraction_ms(text.substr(19));
  if (!day || !fraction) return std::nullopt;
  return *day + (hour * 3600UL + minute * 60UL + second) * 1000 + *fraction;
}

}  // namespace linktrail
