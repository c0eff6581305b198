#include "mpi_jobs/evaluation_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linktrail::jobs {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(FlatNumbers, NamesEachNumberByItsPathAndLeavesTextOut) {
  const ordered_json metrics{
      {"index", {{"recall_at_10", 0.993}, {"ef", 100}}}, {"format", "fasttext-bin"}, {"dim", 50}};

  EXPECT_THAT(flat_numbers(metrics),
              ElementsAre(Pair("index recall_at_10", "0.9930"), Pair("index ef", "100"), Pair("dim", "50")));
}

TEST(FlatNumbers, OfNothingAreNone) { EXPECT_TRUE(flat_numbers(ordered_json::object()).empty()); }

TEST(EvaluationTable, HasARowAMetricAndADashWhereAModelLacksIt) {
  const ordered_json metrics{{"reader", {{"evaluate", {{"next_article", {{"mrr", 0.25}}}}}}},
                             {"links", {{"evaluate", {{"labels", {{"agreement_at_10", 0.5}}}}}}}};

  const std::string table = evaluation_table(metrics);

  EXPECT_THAT(table, testing::ContainsRegex("metric +reader +links"));
  EXPECT_THAT(table, testing::ContainsRegex("next_article mrr +0.2500 +-"));
  EXPECT_THAT(table, testing::ContainsRegex("labels agreement_at_10 +- +0.5000"));
}

TEST(EvaluationTable, TakesCoverageFromTheEmbedStageAndNothingElseFromOtherStages) {
  const ordered_json metrics{
      {"links",
       {{"train", {{"loss", 1.5}}}, {"embed", {{"coverage", 0.75}, {"articles", 4}}}, {"evaluate", {{"dim", 8}}}}}};

  const std::string table = evaluation_table(metrics);

  EXPECT_THAT(table, testing::ContainsRegex("coverage +0.7500"));
  EXPECT_THAT(table, Not(HasSubstr("loss")));
  EXPECT_THAT(table, Not(HasSubstr("articles")));
}

TEST(EvaluationTable, OfABareResultShowsItsNumbers) {
  EXPECT_THAT(evaluation_table({{"x.h5", {{"dim", 8}}}}), testing::ContainsRegex("dim +8"));
}

}  // namespace
}  // namespace linktrail::jobs
