// A random order of 0 .. size - 1 that anyone can compute for any number alone, without a table.
//
// A Feistel network on the smallest even number of bits that holds size - 1 (Luby & Rackoff 1988); numbers that leave
// the range walk on along their cycle until they are back in it (Black & Rogaway 2002), at most four steps on average.
#pragma once

#include <array>
#include <cstdint>

#include "core/random.h"

namespace linktrail {

class RandomPermutation {
 public:
  // Of `size` numbers, 2^62 at most; the order depends on (seed, stage, size) only.
  RandomPermutation(std::uint64_t size, std::uint64_t seed, RandomStage stage);

  // The place of number `index` < size: a bijection of [0, size).
  std::uint64_t operator()(std::uint64_t index) const;

 private:
  static constexpr int kRounds = 4;  // three make it pseudorandom, the fourth guards small sizes

  std::uint64_t encrypt(std::uint64_t value) const;

  std::uint64_t size_;
  unsigned half_bits_ = 1;
  std::array<std::uint64_t, kRounds> keys_{};
};

}  // namespace linktrail
