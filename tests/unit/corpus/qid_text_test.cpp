#include "corpus/qid_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace linktrail {
namespace {

using ::testing::ElementsAre;

TEST(QidText, RoundTrips) {
  for (const Qid qid : {Qid{0}, Qid{7}, Qid{42}, Qid{1000000000000000000}, std::numeric_limits<Qid>::max()})
    EXPECT_EQ(parse_qid(format_qid(qid)), qid);
}

TEST(QidText, RefusesEverythingElse) {
  for (const char* text : {"", "Q", "q42", "42", "P42", "Q-1", "Q+1", "Q4a", "Q 4", "Q4 ", " Q4", "Q042", "Q00",
                           "Q9223372036854775808", "Q99999999999999999999", "QQ1", "Q1\t", "Q\xd9\xa1"})
    EXPECT_EQ(parse_qid(text), kNoQid) << text;
}

TEST(QidText, SplitsAtSpacesAndStopsAtTheFirstFault) {
  std::vector<Qid> qids;

  EXPECT_TRUE(parse_qids(" Q1  Q22 Q3 ", qids).empty());
  EXPECT_THAT(qids, ElementsAre(1, 22, 3));
  EXPECT_TRUE(parse_qids("", qids).empty());
  EXPECT_EQ(parse_qids("Q1 x2 x3", qids), "x2");
  EXPECT_EQ(parse_qids("Q1\tQ2", qids), "Q1\tQ2");
}

}  // namespace
}  // namespace linktrail
