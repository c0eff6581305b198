#include "index/hnsw_graph.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "index/recall.h"

namespace linktrail {
namespace {

TEST(NeighborLists, RefusesMoreThanTheCapacity) {
  NeighborLists lists(2, 3);
  const std::vector<NodeId> four{1, 2, 3, 4};

  EXPECT_THROW(lists.assign(0, four), std::length_error);
  lists.assign(0, std::span(four).first(3));
  EXPECT_FALSE(lists.push_back(0, 9));
  EXPECT_TRUE(lists.push_back(1, 9));
  EXPECT_EQ(lists[1].size(), 1U);
}

TEST(NeighborLists, AssignClearsWhatAShorterListLeavesBehind) {
  NeighborLists lists(1, 3);
  lists.assign(0, std::vector<NodeId>{7, 8, 9});
  lists.assign(0, std::vector<NodeId>{5});

  EXPECT_EQ(std::vector<NodeId>(lists.raw_ids().begin(), lists.raw_ids().end()), (std::vector<NodeId>{5, 0, 0}));
}

TEST(LevelOf, FallsByAFactorOfMAtEachLevel) {
  const HnswParams params{.m = 16, .ef_construction = 200, .seed = 7};
  constexpr int kArticles = 400000;
  std::vector<double> at_least(4, 0);
  for (Qid qid = 1; qid <= kArticles; ++qid)
    for (std::size_t level = 0; level < 4 && level <= level_of(qid, params); ++level) ++at_least[level];

  EXPECT_EQ(at_least[0], kArticles);
  for (std::size_t level = 1; level < 4; ++level) {
    const double expected = kArticles * std::pow(16.0, -static_cast<double>(level));
    EXPECT_NEAR(at_least[level], expected, 4 * std::sqrt(expected)) << "level " << level;
  }
}

TEST(LevelOf, DependsOnSeedAndArticleOnly) {
  const HnswParams params{.m = 16, .ef_construction = 200, .seed = 7};
  HnswParams other_ef = params;
  other_ef.ef_construction = 10;
  int differ = 0;
  for (Qid qid = 1; qid <= 1000; ++qid) {
    EXPECT_EQ(level_of(qid, params), level_of(qid, other_ef));
    differ += level_of(qid, params) != level_of(qid, {.m = 16, .ef_construction = 200, .seed = 8});
  }
  EXPECT_GT(differ, 50);
}

HnswGraph two_nodes() {
  HnswGraph graph;
  graph.params.m = 4;
  graph.vectors = Matrix(2, 2);
  graph.labels = {10, 20};
  graph.levels = {0, 1};
  graph.links0 = NeighborLists(2, 8);
  allocate_upper(graph);
  graph.links0.push_back(0, 1);
  graph.links0.push_back(1, 0);
  graph.entry_point = 1;
  graph.max_level = 1;
  return graph;
}

TEST(Validate, AcceptsAGraphAndNamesEachFault) {
  EXPECT_NO_THROW(validate(two_nodes()));

  HnswGraph self_link = two_nodes();
  self_link.links0.push_back(0, 0);
  EXPECT_THROW(validate(self_link), std::logic_error);

  HnswGraph repeat = two_nodes();
  repeat.links0.push_back(0, 1);
  EXPECT_THROW(validate(repeat), std::logic_error);

  HnswGraph outside = two_nodes();
  outside.links0.push_back(0, 2);
  EXPECT_THROW(validate(outside), std::logic_error);

  HnswGraph too_low = two_nodes();
  too_low.upper.push_back(0, 0);
  EXPECT_THROW(validate(too_low), std::logic_error);

  HnswGraph entry = two_nodes();
  entry.entry_point = 0;
  EXPECT_THROW(validate(entry), std::logic_error);
}

TEST(CheckParams, RefusesImpossibleValues) {
  EXPECT_NO_THROW(check(HnswParams{}));
  EXPECT_THROW(check(HnswParams{.m = 1, .ef_construction = 200, .seed = 1}), UsageError);
  EXPECT_THROW(check(HnswParams{.m = 100000, .ef_construction = 200, .seed = 1}), UsageError);
  EXPECT_THROW(check(HnswParams{.m = 16, .ef_construction = 0, .seed = 1}), UsageError);
}

TEST(RecallAt, CountsAnEquallyNearStrangerAsRight) {
  const std::vector<Neighbor> truth{{0.1F, 1}, {0.2F, 2}};
  const std::vector<Neighbor> tie{{0.1F, 1}, {0.2F, 99}};
  const std::vector<Neighbor> farther{{0.1F, 1}, {0.3F, 99}};

  EXPECT_EQ(recall_at(tie, truth, 2), 1.0);
  EXPECT_EQ(recall_at(farther, truth, 2), 0.5);
  EXPECT_EQ(recall_at({}, truth, 2), 0.0);
}

TEST(RecallAt, AsksForNoMoreThanThereIs) {
  const std::vector<Neighbor> truth{{0.1F, 1}, {0.2F, 2}};

  EXPECT_EQ(recall_at(truth, truth, 10), 1.0);
  EXPECT_EQ(recall_at(std::span(truth).first(1), truth, 10), 0.5);
}

}  // namespace
}  // namespace linktrail
