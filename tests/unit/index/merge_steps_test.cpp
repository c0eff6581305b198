// Each step of the merge by itself: recall of the whole hardly falls when one of them loses links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/merge.h"
#include "unit/index/circle_points.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

constexpr HnswParams kParams{.m = 4, .ef_construction = 40, .seed = 5};

// Node 0, and around it what it may be linked to: 1 and 3 lie in one direction, 2 in the other.
class MergeStep : public ::testing::Test {
 protected:
  MergeStep() {
    shard_.params = kParams;
    shard_.links0 = NeighborLists(1, 2 * kParams.m);
  }

  Neighbor to(NodeId id) { return {pruner_.distance(0, id), id}; }
  ReverseLink from(NodeId id) { return {0, id, pruner_.distance(0, id)}; }

  std::vector<NodeId> final_links(std::span<const ReverseLink> incoming, std::span<const std::uint32_t> slots) {
    NeighborTable forward = forward_table(1, kParams);
    forward.insert(0, to(1));
    choose_final(shard_, forward, incoming, slots, 0, 1, pruner_);
    return {shard_.links0[0].begin(), shard_.links0[0].end()};
  }

  Matrix points_ = on_circle({0, 10, -20, 15});
  VectorLookup lookup_{points_, 0};
  Pruner pruner_{lookup_};
  HnswGraph shard_;
};

TEST_F(MergeStep, ForwardLinksAreTheDiverseOfOwnLinksAndCandidates) {
  shard_.links0.push_back(0, 1);
  NeighborTable candidates = candidate_table(1, kParams), forward = forward_table(1, kParams);
  candidates.insert(0, to(2));
  candidates.insert(0, to(3));

  choose_forward(shard_, candidates, 0, 1, pruner_, forward);

  EXPECT_THAT(forward[0], ElementsAre(to(1), to(2)));
}

TEST_F(MergeStep, FinalLinksAreThoseOfBothDirections) {
  EXPECT_THAT(final_links(std::vector{from(3), from(2)}, {}), ElementsAre(1, 3, 2));
}

TEST_F(MergeStep, FinalLinksLeaveTheSlotsFreeAndKeepTheDiverse) {
  const std::vector<std::uint32_t> slots{2 * kParams.m - 2};

  EXPECT_THAT(final_links(std::vector{from(3), from(2)}, slots), ElementsAre(1, 2));
}

TEST_F(MergeStep, FinalLinksCountALinkOfBothDirectionsOnce) {
  EXPECT_THAT(final_links(std::vector{from(1)}, {}), ElementsAre(1));
}

TEST(ReverseLinks, OfferEveryForwardLinkToItsTarget) {
  NeighborTable forward(2, 6);
  forward.insert(0, {0.1F, 7});
  forward.insert(1, {0.2F, 7});
  forward.insert(1, {0.3F, 9});

  std::vector<std::tuple<NodeId, NodeId, float>> links;
  for (const ReverseLink& link : reverse_links(forward, 100))
    links.emplace_back(link.target, link.source, link.distance);

  EXPECT_THAT(links, ElementsAre(std::tuple(7, 100, 0.1F), std::tuple(7, 101, 0.2F), std::tuple(9, 101, 0.3F)));
}

TEST(CrossSearch, FindsTheNearestOfAForeignShardUnderTheirNumbersInTheWholeGraph) {
  const Matrix theirs = make_clustered_points({.count = 300, .dim = 16});
  const Matrix mine = make_clustered_points({.count = 50, .dim = 16, .seed = 2});
  HnswGraph foreign = build_with_hnswlib(theirs, labels_from_1000(300), {.m = 8, .ef_construction = 60, .seed = 5});
  foreign.first = 1000;
  foreign.entry_point += 1000;
  shift_ids(foreign.links0, 1000);
  shift_ids(foreign.upper, 1000);
  NeighborTable candidates = candidate_table(50, foreign.params);

  const std::uint64_t distances = cross_search(mine, foreign, {.search_ef = 16}, candidates);

  const auto exact = exact_top_k(theirs, 1000, mine, 10);
  std::size_t found = 0;
  for (std::size_t row = 0; row < 50; ++row) {
    EXPECT_EQ(candidates[row].size(), 16U);
    for (const Neighbor& neighbor : std::span(exact).subspan(row * 10, 10))
      found += std::ranges::count(candidates[row], neighbor.id, &Neighbor::id) > 0 ? 1U : 0U;
  }
  EXPECT_GT(found, 450U);  // of 500
  EXPECT_LT(distances, 50U * 300U);
}

}  // namespace
}  // namespace linktrail
