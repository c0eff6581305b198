// Random numbers that depend on what they are for, never on who draws them.
//
// A stream is keyed by (seed, stage, epoch, record); the record number is global, so results do not
// change with the number of ranks' split of the input, with thread timing, or with a resumed run.
#pragma once

#include <cstdint>

#include "core/hash.h"

namespace linktrail {

// What a stream is used for. A new use takes a new number, so streams never overlap by accident.
enum class RandomStage : std::uint64_t {
  kInitialRows = 1,
  kReader = 2,
  kLinks = 3,
  kNegatives = 4,
  kShuffle = 5,
  kIndexLevel = 6,
  kWorld = 7,
  kWalk = 8,
  kSample = 9,
  kRecordOrder = 10,
  kSpectral = 11,
  kPageviewLog = 12,
  kClickstream = 13,
};

struct RandomKey {
  std::uint64_t seed = 0;
  RandomStage stage = RandomStage::kReader;
  std::uint64_t epoch = 0;
  std::uint64_t record = 0;
};

// SplitMix64 started at a hash of the key: one multiply-mix a draw, 2^64 period, no shared state.
// Satisfies UniformRandomBitGenerator.
class RandomStream {
 public:
  using result_type = std::uint64_t;

  explicit RandomStream(const RandomKey& key);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  result_type operator()() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }

  // Uniform in [0, bound), bound > 0 (multiply-shift, Lemire 2019; bias below bound / 2^32).
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((operator()() >> 32) * bound) >> 32); }

  // Uniform in [0, 1) with 24 bits.
  float uniform() { return static_cast<float>(operator()() >> 40) * 0x1p-24F; }

  // Uniform in [0, 1) with 53 bits.
  double uniform_double() { return static_cast<double>(operator()() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace linktrail
