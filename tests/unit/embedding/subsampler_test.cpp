#include "embedding/subsampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace linktrail {
namespace {

TEST(Subsampler, KeepsByTheRootRule) {
  const std::vector<std::uint64_t> counts{800, 150, 50};
  const double t = 0.01;

  const Subsampler subsampler(counts, t);

  EXPECT_NEAR(subsampler.keep_probability(0), std::sqrt(t / 0.8) + t / 0.8, 1e-6);
  EXPECT_NEAR(subsampler.keep_probability(1), std::sqrt(t / 0.15) + t / 0.15, 1e-6);
  EXPECT_NEAR(subsampler.keep_probability(2), std::sqrt(t / 0.05) + t / 0.05, 1e-6);
}

TEST(Subsampler, DropsAtTheStatedRate) {
  const Subsampler subsampler(std::vector<std::uint64_t>{900, 100}, 0.05);
  RandomStream random({.seed = 4});

  int kept = 0;
  for (int i = 0; i < 100000; ++i) kept += subsampler.keep(0, random) ? 1 : 0;

  EXPECT_NEAR(kept / 100000.0, subsampler.keep_probability(0), 0.01);
}

TEST(Subsampler, RareTokensAreKeptWithoutADraw) {
  const Subsampler subsampler(std::vector<std::uint64_t>{9999, 1}, 0.1);
  RandomStream random({.seed = 4}), untouched({.seed = 4});

  EXPECT_TRUE(subsampler.keep(1, random));

  EXPECT_EQ(random(), untouched());
}

}  // namespace
}  // namespace linktrail
