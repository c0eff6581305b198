// Narrowing that cannot lose a value silently.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <type_traits>
#include <utility>

namespace linktrail {

// Returns `value` as To. Throws std::overflow_error with the value and the width of To if it does not fit.
template <class To, class From>
constexpr To checked_cast(From value) {
  static_assert(std::is_integral_v<To> && std::is_integral_v<From>);
  if (!std::in_range<To>(value))
    throw std::overflow_error(fmt::format("value {} does not fit into {} {} bytes", value,
                                          std::is_signed_v<To> ? "signed" : "unsigned", sizeof(To)));
  return static_cast<To>(value);
}

}  // namespace linktrail
