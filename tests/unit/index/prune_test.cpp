#include "index/prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/index/circle_points.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

std::vector<NodeId> pruned(const Matrix& points, const PruneParams& params) {
  const VectorLookup lookup(points, 0);
  Pruner pruner(lookup);
  std::vector<Neighbor> candidates;
  for (NodeId id = 0; id < points.rows(); ++id) candidates.push_back({pruner.distance(0, id), id});
  sort_candidates(candidates, 0);
  std::vector<NodeId> ids;
  for (const Neighbor& kept : pruner.prune(candidates, params)) ids.push_back(kept.id);
  return ids;
}

TEST(Prune, DropsACandidateThatIsNearerToAKeptOne) {
  EXPECT_THAT(pruned(on_circle({0, 10, 15, -20}), {.keep = 3}), ElementsAre(1, 3));
}

TEST(Prune, BackfillsFreeSlotsWithTheNearestRejected) {
  const Matrix points = on_circle({0, 10, 15, 18, -20});

  EXPECT_THAT(pruned(points, {.keep = 3, .backfill = Backfill::kNearestRejected}), ElementsAre(1, 2, 4));
}

TEST(Prune, KeepsNoMoreThanAsked) { EXPECT_THAT(pruned(on_circle({0, 10, -20}), {.keep = 1}), ElementsAre(1)); }

TEST(Prune, KeepsOneOfEqualVectors) {
  EXPECT_THAT(pruned(on_circle({0, 10, 10, 10, -20}), {.keep = 4}), ElementsAre(1, 4));
  EXPECT_THAT(pruned(on_circle({0, 0, 0, 0, 30}), {.keep = 4}), ElementsAre(1));
}

TEST(SortCandidates, RemovesRepeatsAndTheNodeItself) {
  std::vector<Neighbor> candidates{{0.3F, 5}, {0.1F, 7}, {0.3F, 5}, {0.0F, 2}, {0.31F, 7}};

  sort_candidates(candidates, 2);

  EXPECT_THAT(candidates, ElementsAre(Neighbor{0.1F, 7}, Neighbor{0.3F, 5}));
}

TEST(VectorLookup, FindsLocalRowsAndGhostsAndRefusesOthers) {
  const Matrix local = on_circle({0, 90});
  VectorLookup lookup(local, 100);
  lookup.set_ghosts(std::vector<NodeId>{7}, on_circle({180}));

  EXPECT_EQ(lookup.row(101), local.row_data(1));
  EXPECT_FLOAT_EQ(lookup.row(7)[0], -1);
  EXPECT_THROW(lookup.row(8), std::out_of_range);
}

}  // namespace
}  // namespace linktrail
