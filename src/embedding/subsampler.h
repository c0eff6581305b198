// Drops occurrences of frequent tokens, as fastText's -t: kept with probability sqrt(t / f) + t / f, where f is the
// token's share of the corpus (Mikolov et al. 2013, with the extra term of the released code).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/random.h"

namespace linktrail {

class Subsampler {
 public:
  Subsampler(std::span<const std::uint64_t> counts, double threshold);

  // Draws only for tokens that can be dropped at all, which are few and frequent: the table ends after the last.
  bool keep(TokenId token, RandomStream& random) const {
    return token >= keep_.size() || keep_[token] >= 1 || random.uniform() <= keep_[token];
  }

  // From 0 to 1.
  double keep_probability(TokenId token) const {
    return token >= keep_.size() || keep_[token] >= 1 ? 1.0 : static_cast<double>(keep_[token]);
  }

 private:
  std::vector<float> keep_;
};

}  // namespace linktrail
