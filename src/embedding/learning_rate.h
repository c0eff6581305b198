// The learning rate of one sequence: it falls linearly with the tokens read, over the slice's part of the run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "embedding/trainer.h"

namespace linktrail {

class LearningRate {
 public:
  // `offsets` are those of the shard that the slice is cut from.
  LearningRate(double initial, const TrainSlice& slice, std::span<const std::uint64_t> offsets)
      : initial_(initial * slice.rate_scale),
        slice_(slice),
        first_(slice.begin < slice.end ? offsets[slice.begin] : 0),
        tokens_(slice.begin < slice.end ? offsets[slice.end] - first_ : 0) {}

  // At the start of the sequence that begins at `offset`.
  float at(std::uint64_t offset) const {
    const double done = tokens_ == 0 ? 0.0 : static_cast<double>(offset - first_) / static_cast<double>(tokens_);
    const double progress = slice_.progress_begin + (slice_.progress_end - slice_.progress_begin) * done;
    return static_cast<float>(initial_ * std::max(0.0, 1 - progress));
  }

 private:
  double initial_;
  TrainSlice slice_;
  std::uint64_t first_;
  std::uint64_t tokens_;
};

}  // namespace linktrail
