// What training is asked to do. Names and meanings are fastText's, where it has the option.
#pragma once

#include <cstdint>

namespace linktrail {

enum class Architecture { kCbow, kSkipGram };

// Whether the order of a sequence means something (a session) or not (the links of an article).
enum class SequenceOrder { kAsWritten, kShuffledEachEpoch };

struct TrainParams {
  Architecture architecture = Architecture::kCbow;
  SequenceOrder order = SequenceOrder::kAsWritten;
  std::uint32_t dim = 50;        // 1..4096
  std::uint32_t window = 5;      // largest distance of a context; the radius of a centre is uniform in 1..window
  std::uint32_t negatives = 10;  // negative samples a target
  std::uint32_t epochs = 20;
  std::uint64_t min_count = 5;     // rarer tokens are dropped
  double subsample = 0.1;          // fastText's t: larger keeps more of the frequent tokens
  double learning_rate = 0.05;     // falls linearly to 0 over all epochs
  double negative_exponent = 0.5;  // negatives are drawn with probability ~ count^exponent; fastText has 0.5
  std::uint64_t seed = 1;
};

}  // namespace linktrail
