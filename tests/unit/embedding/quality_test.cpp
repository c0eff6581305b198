#include "embedding/quality.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace linktrail {
namespace {

TEST(NextArticleSums, RecallAndReciprocalRankByHand) {
  NextArticleSums sums;
  for (const std::uint64_t rank : {1, 4, 10, 11}) sums.add_rank(rank);
  sums.add_unknown();

  EXPECT_EQ(sums.pairs, 5U);
  EXPECT_DOUBLE_EQ(sums.recall_at_10(), 3.0 / 5);
  EXPECT_DOUBLE_EQ(sums.mrr(), (1 + 0.25 + 0.1 + 1.0 / 11) / 5);
}

TEST(NextArticleSums, NothingIsZero) {
  EXPECT_EQ(NextArticleSums{}.recall_at_10(), 0.0);
  EXPECT_EQ(NextArticleSums{}.mrr(), 0.0);
}

TEST(HeldOutLinkSums, RecallAndReciprocalRankByHand) {
  HeldOutLinkSums sums;
  for (const std::uint64_t rank : {1, 10, 11, 100, 101}) sums.add_rank(rank);

  EXPECT_EQ(sums.links, 5U);
  EXPECT_DOUBLE_EQ(sums.recall_at_10(), 2.0 / 5);
  EXPECT_DOUBLE_EQ(sums.recall_at_100(), 4.0 / 5);
  EXPECT_DOUBLE_EQ(sums.mrr(), (1 + 0.1 + 1.0 / 11 + 0.01 + 1.0 / 101) / 5);
}

TEST(HiddenLinks, AreAboutHalfOfEachArticles) {
  int hidden = 0;
  for (Qid link = 1; link <= 1000; ++link) hidden += is_hidden_link(42, link) ? 1 : 0;
  EXPECT_GT(hidden, 400);
  EXPECT_LT(hidden, 600);
}

TEST(LabelAgreement, IsTheShareOfLabelledNeighboursInCommon) {
  const std::vector<LabelId> own{1, 5}, shares{5, 9}, differs{2}, none;
  const std::array<std::span<const LabelId>, 3> neighbors{shares, differs, none};
  const std::array<std::span<const LabelId>, 1> unlabelled{none};
  LabelAgreementSums sums;

  sums.add(own, neighbors);                               // 1 of 2
  sums.add(own, unlabelled);                              // says nothing
  sums.add(none, neighbors);                              // says nothing
  sums.add(differs, std::span(neighbors).subspan(1, 1));  // 1 of 1

  EXPECT_EQ(sums.articles, 2U);
  EXPECT_DOUBLE_EQ(sums.mean(), 0.75);
}

TEST(F1, MicroCountsDecisionsAndMacroCountsLabels) {
  const std::vector<LabelCounts> labels{{.true_positive = 8, .false_positive = 2, .false_negative = 0},
                                        {.true_positive = 0, .false_positive = 1, .false_negative = 1},
                                        {.true_positive = 0, .false_positive = 1, .false_negative = 0}};

  EXPECT_DOUBLE_EQ(labels[0].f1(), 16.0 / 18);
  EXPECT_DOUBLE_EQ(micro_f1(labels), 16.0 / (16 + 5));
  EXPECT_DOUBLE_EQ(macro_f1(labels), (16.0 / 18 + 0) / 2);  // the third label never occurs
  EXPECT_EQ(LabelCounts{}.f1(), 0.0);
}

}  // namespace
}  // namespace linktrail
