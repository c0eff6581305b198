#include "embedding/document_vector.h"

#include <gmock/gmock.h>

#include <cmath>

namespace linktrail {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(MakeBag, UnionDropsRepeatsAndMultisetKeepsThem) {
  std::vector<TokenId> as_union{5, 2, 5, 1}, as_multiset{5, 2, 5, 1};

  make_bag(as_union, LinkBag::kUnion);
  make_bag(as_multiset, LinkBag::kMultiset);

  EXPECT_THAT(as_union, ElementsAre(1, 2, 5));
  EXPECT_THAT(as_multiset, ElementsAre(1, 2, 5, 5));
}

TEST(LinkWeights, AreEqualOrFallWithTheCount) {
  const std::vector<std::uint64_t> counts{100, 10, 0};

  const auto idf = link_weights(LinkWeight::kIdf, counts, 100);

  EXPECT_THAT(link_weights(LinkWeight::kEqual, counts, 100), Each(1.0F));
  EXPECT_GT(idf[0], 0.0F);  // in every document, yet not weightless
  EXPECT_LT(idf[0], 0.1F);
  EXPECT_NEAR(idf[1], std::log(10.0), 1e-6);
  EXPECT_NEAR(idf[2], std::log(100.0), 1e-6);
}

TEST(DocumentVector, IsTheWeightedMeanOfTheRows) {
  Matrix input(3, 2);
  input.row(0)[0] = 1;
  input.row(1)[0] = 4;
  input.row(1)[1] = 8;
  const std::vector<TokenId> bag{0, 1};
  std::vector<float> out(2);

  EXPECT_TRUE(document_vector(bag, input, std::vector<float>{3, 1, 1}, out));

  EXPECT_THAT(out, ElementsAre(1.75F, 2.0F));
}

TEST(DocumentVector, OfAnEmptyBagIsZeroAndReported) {
  const Matrix input(3, 2);
  std::vector<float> out{7, 7};

  EXPECT_FALSE(document_vector({}, input, std::vector<float>(3, 1.0F), out));

  EXPECT_THAT(out, Each(0.0F));
}

}  // namespace
}  // namespace linktrail
