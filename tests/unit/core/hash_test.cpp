#include "core/hash.h"

#include <gtest/gtest.h>

#include <vector>

namespace linktrail {
namespace {

TEST(OwnerOf, SpreadsConsecutiveQidsEvenly) {
  std::vector<int> counts(5, 0);
  for (Qid qid = 0; qid < 50000; ++qid) ++counts[static_cast<std::size_t>(owner_of(qid, 5))];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(IsHeldOut, TakesTheAskedFractionAndDependsOnContentOnly) {
  int held = 0;
  for (Qid qid = 0; qid < 20000; ++qid) {
    const std::vector<Qid> session{qid, qid + 1};
    held += is_held_out(session, 0.1) ? 1 : 0;
    EXPECT_FALSE(is_held_out(session, 0.0));
  }
  EXPECT_NEAR(held, 2000, 200);
}

}  // namespace
}  // namespace linktrail
