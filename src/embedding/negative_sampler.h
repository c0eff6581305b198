// Draws negative samples with probability proportional to count^exponent, exactly.
//
// Tokens are sorted by falling count, so equal counts are neighbours: millions of rare articles share a few
// thousand distinct counts. An alias table (Vose 1991) over the runs of equal counts, and a uniform draw inside the
// run, stays in the cache where a table over all articles would cost a miss for each draw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/random.h"

namespace linktrail {

class NegativeSampler {
 public:
  // `counts` in any order, though only sorted ones make a small table; not empty. A count of 0 is taken as 1.
  NegativeSampler(std::span<const std::uint64_t> counts, double exponent);

  // O(1): two numbers of the stream.
  TokenId draw(RandomStream& random) const {
    const std::uint32_t first = random.below(static_cast<std::uint32_t>(runs_.size()));
    const std::uint64_t bits = random();
    // All ones for the alias: a branch would be mispredicted every other time.
    const std::uint32_t takes_alias = 0U - (static_cast<std::uint32_t>(bits >> 32) >= runs_[first].threshold ? 1U : 0U);
    const Run& run = runs_[first ^ ((first ^ runs_[first].alias) & takes_alias)];
    return run.first + static_cast<std::uint32_t>(((bits & 0xffffffffULL) * run.length) >> 32);
  }

  std::size_t run_count() const { return runs_.size(); }

 private:
  struct Run {
    std::uint32_t threshold = 0;  // this run if a fraction, in 2^-32, is below; else the alias
    std::uint32_t alias = 0;
    TokenId first = 0;
    std::uint32_t length = 0;
  };

  void build_alias_table(std::vector<double> weights);

  std::vector<Run> runs_;
};

}  // namespace linktrail
