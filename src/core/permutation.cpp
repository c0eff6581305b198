#include "core/permutation.h"

#include <algorithm>
#include <bit>

#include "core/hash.h"

namespace linktrail {

RandomPermutation::RandomPermutation(std::uint64_t size, std::uint64_t seed, RandomStage stage) : size_(size) {
  const auto bits = static_cast<unsigned>(std::bit_width(size > 0 ? size - 1 : 0));
  half_bits_ = std::max(1U, (bits + 1) / 2);
  RandomStream random({.seed = seed, .stage = stage, .epoch = 0, .record = size});
  for (std::uint64_t& key : keys_) key = random();
}

std::uint64_t RandomPermutation::operator()(std::uint64_t index) const {
  std::uint64_t place = encrypt(index);
  while (place >= size_) place = encrypt(place);
  return place;
}

std::uint64_t RandomPermutation::encrypt(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  for (const std::uint64_t key : keys_) {
    const std::uint64_t next = left ^ (mix64(right ^ key) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace linktrail
