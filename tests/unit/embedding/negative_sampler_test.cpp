#include "embedding/negative_sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace linktrail {
namespace {

// Pearson's statistic over its degrees of freedom: about 1 for a right sampler, far above for a wrong one.
double chi_squared_per_cell(std::span<const std::uint64_t> counts, double exponent, std::size_t draws) {
  const NegativeSampler sampler(counts, exponent);
  RandomStream random({.seed = 11, .stage = RandomStage::kNegatives});
  std::vector<double> seen(counts.size(), 0.0);
  for (std::size_t i = 0; i < draws; ++i) ++seen[sampler.draw(random)];

  double total = 0, statistic = 0;
  for (const std::uint64_t count : counts) total += std::pow(static_cast<double>(count), exponent);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = static_cast<double>(draws) * std::pow(static_cast<double>(counts[i]), exponent) / total;
    statistic += (seen[i] - expected) * (seen[i] - expected) / expected;
  }
  return statistic / static_cast<double>(counts.size() - 1);
}

TEST(NegativeSampler, DrawsInProportionToAPowerOfTheCount) {
  std::vector<std::uint64_t> counts{1000, 400, 400, 90, 17};
  counts.insert(counts.end(), 100, 5);

  for (const double exponent : {-0.5, 0.0, 0.5, 0.75, 1.0})
    EXPECT_LT(chi_squared_per_cell(counts, exponent, 400000), 1.6) << "exponent " << exponent;  // 1.6: 4 sigma at 104
}

TEST(NegativeSampler, OrderOfCountsDoesNotMatter) {
  const std::vector<std::uint64_t> counts{5, 1000, 5, 90, 5, 400};
  EXPECT_LT(chi_squared_per_cell(counts, 0.5, 100000), 4.0);
}

TEST(NegativeSampler, EqualCountsShareOneEntry) {
  std::vector<std::uint64_t> counts{9, 9, 8};
  counts.insert(counts.end(), 10000, 5);
  EXPECT_EQ(NegativeSampler(counts, 0.5).run_count(), 3U);
}

TEST(NegativeSampler, OneTokenIsAlwaysDrawn) {
  RandomStream random({.seed = 1});
  EXPECT_EQ(NegativeSampler(std::vector<std::uint64_t>{7}, 0.5).draw(random), 0U);
}

}  // namespace
}  // namespace linktrail
