#include "embedding/order_free_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace linktrail {
namespace {

TEST(OrderFreeSums, AreTheSameBitsInAnyOrderAndNearTheTruth) {
  RandomStream random({.seed = 1, .stage = RandomStage::kSample});
  std::vector<double> terms(1000);
  for (double& term : terms) term = (random.uniform_double() - 0.5) * std::pow(10.0, -8.0 * random.uniform_double());
  OrderFreeSums forward(1, 1000), backward(1, 1000);
  double expected = 0;

  for (const double term : terms) expected += term;
  for (const double term : terms) forward.add(0, term);
  std::reverse(terms.begin(), terms.end());
  for (const double term : terms) backward.add(0, term);

  EXPECT_EQ(forward.value(0), backward.value(0));
  EXPECT_NEAR(forward.value(0), expected, 1e-12);
}

TEST(OrderFreeSums, HoldLargeAndSmallSumsAtOnce) {
  OrderFreeSums sums(3, 1e9);

  sums.add(0, 1e9);
  sums.add(1, -1e-9);
  sums.add(2, -1e9);
  sums.add(2, 1e9);

  EXPECT_DOUBLE_EQ(sums.value(0), 1e9);
  EXPECT_NEAR(sums.value(1), -1e-9, 1e-18);
  EXPECT_EQ(sums.value(2), 0.0);
}

TEST(OrderFreeSums, OfNothingAreZero) { EXPECT_EQ(OrderFreeSums(1, 0).value(0), 0.0); }

TEST(FixedPoint, ScaleIsThePowerOfTwoThatFits) {
  EXPECT_EQ(fixed_point_scale(1.5, 10), 512.0);
  EXPECT_LE(fixed_point_scale(7.9, 61) * 7.9, 0x1p61);
  EXPECT_EQ(from_fixed(to_fixed(-2.5, 4.0), 4.0), -2.5);
}

}  // namespace
}  // namespace linktrail
