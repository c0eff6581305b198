#include "index/search_beam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.h"
#include "index/search_effort.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

std::vector<NodeId> ids_of(const Beam& beam) {
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < beam.size(); ++i) ids.push_back(beam[i].id);
  return ids;
}

TEST(Beam, KeepsTheNearestInOrder) {
  RandomStream random({.seed = 1, .stage = RandomStage::kWorld});
  for (const std::size_t width : {1UL, 2UL, 7UL, 64UL, 200UL}) {
    Beam beam;
    beam.reset({.width = width});
    std::vector<Neighbor> all;
    for (NodeId id = 0; id < 150; ++id) {
      all.push_back({random.uniform() - 0.5F, id});
      beam.offer(all.back().distance, id);
    }
    std::ranges::sort(all);
    ASSERT_EQ(beam.size(), std::min<std::size_t>(width, 150));
    for (std::size_t i = 0; i < beam.size(); ++i) EXPECT_EQ(beam[i], all[i]) << width;
  }
}

TEST(Beam, ExpandsEachNodeOnceNearestFirst) {
  Beam beam;
  beam.reset({.width = 3});
  beam.offer(0.3F, 3);
  beam.offer(0.2F, 2);
  ASSERT_TRUE(beam.has_next());
  EXPECT_EQ(beam.take_next(), 2U);
  ASSERT_TRUE(beam.has_next());
  EXPECT_EQ(beam.next(), 3U);
  beam.offer(-0.1F, 1);
  ASSERT_TRUE(beam.has_next());
  EXPECT_EQ(beam.take_next(), 1U);
  ASSERT_TRUE(beam.has_next());
  EXPECT_EQ(beam.take_next(), 3U);
  EXPECT_FALSE(beam.has_next());
}

TEST(Beam, SelectsAllThatMightEnter) {
  Beam beam;
  beam.reset({.width = 2});
  std::vector<std::uint32_t> near(4);
  const std::vector<float> distances{0.5F, 0.1F, 0.7F, -0.2F};
  EXPECT_EQ(beam.select(distances, near.data()), 4U);
  beam.offer(0.1F, 1);
  beam.offer(0.6F, 2);
  ASSERT_EQ(beam.select(distances, near.data()), 3U);
  near.resize(3);
  EXPECT_THAT(near, ElementsAre(0, 1, 3));
}

// Of two wanted, the second is at 0.2: with a slack of a half, what is beyond 0.3 is of no use.
TEST(Beam, SlackRefusesAndEndsWhatIsFarBehindTheWanted) {
  Beam beam;
  beam.reset({.width = 10, .wanted = 2, .slack = 0.5F});
  EXPECT_TRUE(beam.offer(0.4F, 4));
  EXPECT_TRUE(beam.offer(0.1F, 1));
  EXPECT_TRUE(beam.offer(0.59F, 5));
  EXPECT_FALSE(beam.offer(0.61F, 6));
  EXPECT_TRUE(beam.offer(0.2F, 2));
  EXPECT_TRUE(beam.offer(0.29F, 3));
  EXPECT_FALSE(beam.offer(0.31F, 7));
  EXPECT_THAT(ids_of(beam), ElementsAre(1, 2, 3, 4, 5));
  for (const NodeId expected : {1U, 2U, 3U}) {
    ASSERT_TRUE(beam.has_next());
    EXPECT_EQ(beam.take_next(), expected);
  }
  EXPECT_FALSE(beam.has_next());
}

TEST(Beam, SlackIsWidenedByDistancesBelowZero) {
  Beam beam;
  beam.reset({.width = 10, .wanted = 1, .slack = 0.5F});
  EXPECT_TRUE(beam.offer(-0.2F, 1));
  EXPECT_TRUE(beam.offer(-0.11F, 2));
  EXPECT_FALSE(beam.offer(-0.09F, 3));
}

TEST(Beam, IsReset) {
  Beam beam;
  beam.reset({.width = 4, .wanted = 1, .slack = 0.1F});
  beam.offer(0.1F, 1);
  beam.reset({.width = 1});
  EXPECT_FALSE(beam.has_next());
  EXPECT_TRUE(beam.offer(0.9F, 2));
  EXPECT_TRUE(beam.offer(0.5F, 3));
  EXPECT_FALSE(beam.offer(0.5F, 1));  // an equal distance does not enter a full beam
  EXPECT_THAT(ids_of(beam), ElementsAre(3));
  beam.reset({});
  EXPECT_FALSE(beam.offer(0.1F, 1));
}

TEST(VisitedSet, TellsWhatIsNewUntilCleared) {
  VisitedSet visited(200);
  const auto insert = [&](std::vector<NodeId> ids) {
    ids.resize(visited.insert(ids));
    return ids;
  };
  const auto select = [&](const std::vector<NodeId>& ids) {
    std::vector<NodeId> fresh(ids.size());
    fresh.resize(visited.select(ids, fresh.data()));
    return fresh;
  };
  EXPECT_THAT(insert({0, 199, 64, 63}), ElementsAre(0, 199, 64, 63));
  EXPECT_THAT(select({1, 0, 63, 65, 199}), ElementsAre(1, 65));
  EXPECT_THAT(insert({1, 64, 2, 2, 1}), ElementsAre(1, 2));
  EXPECT_THAT(select({2, 1, 3}), ElementsAre(3));
  visited.clear();
  EXPECT_THAT(select({0, 1, 2, 63, 64, 199}), ElementsAre(0, 1, 2, 63, 64, 199));
}

TEST(BeamFor, IsAsAskedOrGrowsWithGraphAndAnswer) {
  const BeamShape asked = beam_for(10, 1000000, 40);
  EXPECT_EQ(asked.width, 40U);
  EXPECT_EQ(asked.slack, 0.0F);
  EXPECT_EQ(beam_for(100, 1000000, 40).width, 100U);
  const BeamShape at_a_million = beam_for(10, 1000000);
  EXPECT_EQ(at_a_million.wanted, 10U);
  EXPECT_GT(at_a_million.slack, 0.0F);
  EXPECT_NEAR(static_cast<double>(at_a_million.width), 500, 1);
  EXPECT_NEAR(static_cast<double>(beam_for(10, 8000000).width), 1000, 2);
  EXPECT_GE(beam_for(1000, 5).width, 1000U);
  EXPECT_GT(beam_for(10, 0).width, 10U);
}

}  // namespace
}  // namespace linktrail
