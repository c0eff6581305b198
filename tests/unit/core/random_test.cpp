#include "core/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace linktrail {
namespace {

TEST(RandomStream, DependsOnEveryPartOfTheKey) {
  const RandomKey base{.seed = 1, .stage = RandomStage::kReader, .epoch = 2, .record = 3};
  RandomKey seed = base, stage = base, epoch = base, record = base;
  seed.seed = 9;
  stage.stage = RandomStage::kLinks;
  epoch.epoch = 9;
  record.record = 9;

  std::set<std::uint64_t> first;
  for (const RandomKey& key : {base, seed, stage, epoch, record}) first.insert(RandomStream(key)());

  EXPECT_EQ(first.size(), 5U);
  EXPECT_EQ(RandomStream(base)(), RandomStream(base)());
}

TEST(RandomStream, BelowIsUniform) {
  RandomStream random({.seed = 5});
  std::array<int, 10> counts{};
  for (int i = 0; i < 100000; ++i) ++counts[random.below(10)];

  // 10,000 expected a cell with a standard deviation of 95.
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(RandomStream, UniformStaysBelowOne) {
  RandomStream random({.seed = 6});
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const float x = random.uniform();
    ASSERT_GE(x, 0.0F);
    ASSERT_LT(x, 1.0F);
    sum += x;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.01);
}

}  // namespace
}  // namespace linktrail
