// Sums of real numbers that do not depend on the order of the terms: whole numbers in fixed point.
//
// Ranks add what they hold, and a sum over ranks of whole numbers is exact, so that it is the same for any number of
// ranks. Two limbs hold about 100 bits: what the terms themselves carry is kept.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linktrail {

// The largest power of two s with s * bound <= 2^bits, for bound > 0.
inline double fixed_point_scale(double bound, int bits) { return std::ldexp(1.0, bits - std::ilogb(bound) - 1); }

// `x` times `scale`, cut to a whole number, as two's complement: sums may wrap around on the way, not at the end.
// (Cutting is one instruction on every CPU, rounding is a call on old ones.)
inline std::uint64_t to_fixed(double x, double scale) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(x * scale));
}

inline double from_fixed(std::uint64_t sum, double scale) {
  return static_cast<double>(static_cast<std::int64_t>(sum)) / scale;
}

// Several sums, each of terms whose absolute values add up to at most `bound`; at most 2^16 terms each.
class OrderFreeSums {
 public:
  OrderFreeSums(std::size_t count, double bound)
      : limbs_(2 * count, 0), scale_(fixed_point_scale(bound > 0 ? bound : 1.0, kBits)) {}

  void add(std::size_t sum, double term) {
    const double scaled = term * scale_;
    const auto high = static_cast<std::int64_t>(scaled);
    limbs_[2 * sum] += static_cast<std::uint64_t>(high);
    limbs_[2 * sum + 1] += to_fixed(scaled - static_cast<double>(high), kLowScale);
  }

  double value(std::size_t sum) const {
    return (from_fixed(limbs_[2 * sum], 1.0) + from_fixed(limbs_[2 * sum + 1], kLowScale)) / scale_;
  }

  std::span<std::uint64_t> limbs() { return limbs_; }  // ranks add these, element by element

 private:
  static constexpr int kBits = 61;
  static constexpr double kLowScale = 0x1p44;

  std::vector<std::uint64_t> limbs_;
  double scale_;
};

}  // namespace linktrail
