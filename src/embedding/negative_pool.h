// Negative samples that neighbouring centres share.
//
// Fetching a random row for each negative sample is what training waits for. A pool holds kSlots independent samples of
// the sampler's distribution; each centre draws its own from them, so a row is fetched once and used a few times, while
// two centres rarely have the same. Sharing whole sets of negatives instead costs CBOW a tenth of its recall on small
// corpora (docs/numerics.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/random.h"
#include "embedding/negative_sampler.h"

namespace linktrail {

class NegativePool {
 public:
  static constexpr std::size_t kSlots = 256;  // one byte of a random number each

  // All samples anew, a pure function of the stream.
  void refill(const NegativeSampler& sampler, RandomStream random) {
    for (TokenId& sample : samples_) sample = sampler.draw(random);
  }

  std::span<const TokenId> samples() const { return samples_; }

  // Looks up the row of every sample, by row_of(token).
  template <class RowOf>
  void bind(RowOf&& row_of) {
    for (std::size_t slot = 0; slot < kSlots; ++slot) rows_[slot] = row_of(samples_[slot]);
  }

  std::uint32_t row(std::uint8_t slot) const { return rows_[slot]; }

 private:
  std::array<TokenId, kSlots> samples_{};
  std::array<std::uint32_t, kSlots> rows_{};
};

}  // namespace linktrail
