#include "embedding/row_match.h"

#include <gmock/gmock.h>

namespace linktrail {
namespace {

using testing::ElementsAre;

RowMatch match(const std::vector<Qid>& earlier, const std::vector<Qid>& now) {
  return match_rows(std::span<const Qid>(earlier), std::span<const Qid>(now));
}

TEST(RowMatch, FindsEachQidWhereverItStandsAndTheEndOfASequence) {
  const RowMatch found = match({5, 3, 9, kNoQid}, {9, 5, 7, kNoQid});

  EXPECT_THAT(found.target, ElementsAre(1, kNoToken, 0, 3));
  EXPECT_EQ(found.matched, 3U);
}

TEST(RowMatch, OtherWordsMatchNothingAndOfEqualQidsTheFirstCounts) {
  const RowMatch found = match({kNoArticle, 3, 3, kNoArticle}, {3, kNoQid});

  EXPECT_THAT(found.target, ElementsAre(kNoToken, 0, kNoToken, kNoToken));
  EXPECT_EQ(found.matched, 1U);
}

TEST(RowMatch, OfNothingIsNothing) {
  EXPECT_TRUE(match({}, {1}).target.empty());
  EXPECT_THAT(match({1}, {}).target, ElementsAre(kNoToken));
}

TEST(RowMatch, LabelsAreMatchedByNameNotByPlace) {
  const std::vector<std::string> earlier{"a", "b", "c"}, now{"c", "a", "x"};

  const RowMatch found = match_rows(std::span<const std::string>(earlier), std::span<const std::string>(now));

  EXPECT_THAT(found.target, ElementsAre(1, kNoToken, 0));
}

TEST(PlaceRows, CopiesMatchedRowsAndLeavesTheOthersAndThePaddingAsTheyAre) {
  Matrix from(3, 2), into(2, 2);
  for (std::size_t i = 0; i < 3; ++i) from.row(i)[0] = from.row(i)[1] = static_cast<float>(i + 1);
  into.row(1)[0] = 7;

  place_rows(from, std::vector<TokenId>{kNoToken, kNoToken, 0}, into);

  EXPECT_THAT(into.row(0), ElementsAre(3, 3));
  EXPECT_THAT(into.row(1), ElementsAre(7, 0));
  EXPECT_EQ(into.row_data(0)[2], 0.0F);
}

}  // namespace
}  // namespace linktrail
