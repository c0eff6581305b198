#include "embedding/link_gram.h"

#include <gtest/gtest.h>

#include "embedding/order_free_sum.h"
#include "unit/embedding/planted_links.h"

namespace linktrail {
namespace {

using test::PlantedLinks;

struct Fixture {
  PlantedLinks planted;
  TokenSequences bags = planted.make();
  std::vector<float> weights = planted.weights();
  std::vector<float> x = std::vector<float>(planted.tokens * kSliceColumns);  // columns of length at most 1

  Fixture() {
    RandomStream random({.seed = 5, .stage = RandomStage::kSample});
    for (float& value : x) value = (random.uniform() - 0.5F) / 8;
  }

  std::vector<float> weighted() const {
    std::vector<float> result = x;
    for (std::size_t i = 0; i < result.size(); ++i) result[i] *= weights[i / kSliceColumns];
    return result;
  }

  double scale() const {
    std::vector<std::uint64_t> reach(planted.tokens, 0);
    LinkGram(bags, weights).add_reach(reach);
    return fixed_point_scale(static_cast<double>(*std::max_element(reach.begin(), reach.end())) * kGramUnit, 61);
  }
};

TEST(LinkGram, EqualsTheDenseProduct) {
  const Fixture f;
  const double scale = f.scale();
  std::vector<std::uint64_t> sums(f.x.size(), 0);

  LinkGram(f.bags, f.weights).multiply(f.weighted(), scale, sums);

  const Eigen::MatrixXd a = test::dense_matrix(f.bags, f.weights);
  const Eigen::MatrixXd x = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
                                f.x.data(), static_cast<Eigen::Index>(f.planted.tokens), kSliceColumns)
                                .cast<double>();
  const Eigen::MatrixXd expected = a.transpose() * (a * x);
  for (std::size_t i = 0; i < sums.size(); ++i)
    EXPECT_NEAR(from_fixed(sums[i], scale) * static_cast<double>(f.weights[i / kSliceColumns]),
                expected(static_cast<Eigen::Index>(i / kSliceColumns), static_cast<Eigen::Index>(i % kSliceColumns)),
                1e-5);
}

TEST(LinkGram, ShardsAddUpToTheSameBits) {
  const Fixture f;
  const double scale = f.scale();
  std::vector<std::uint64_t> whole(f.x.size(), 0), sharded(f.x.size(), 0);
  LinkGram(f.bags, f.weights).multiply(f.weighted(), scale, whole);

  std::uint64_t squared_norm = 0;
  for (std::size_t shard = 0; shard < 3; ++shard) {
    TokenSequences part;
    for (std::size_t i = shard; i < f.bags.size(); i += 3) part.append(f.bags[i]);
    const LinkGram gram(part, f.weights);
    gram.multiply(f.weighted(), scale, sharded);
    squared_norm += gram.squared_norm();
  }

  EXPECT_EQ(sharded, whole);
  EXPECT_EQ(squared_norm, LinkGram(f.bags, f.weights).squared_norm());
  EXPECT_NEAR(static_cast<double>(squared_norm) * kGramUnit, test::dense_matrix(f.bags, f.weights).squaredNorm(), 1e-3);
}

TEST(LinkGram, ReachBoundsTheSums) {
  // Three rows of one token of weight 2: each has length 2^(1 - power), and its product is divided by 2^power.
  TokenSequences bags;
  const std::vector<TokenId> bag{0};
  for (int i = 0; i < 3; ++i) bags.append(bag);
  const std::vector<float> weights{2.0F};
  std::vector<std::uint64_t> reach(1, 0);

  LinkGram(bags, weights).add_reach(reach);

  EXPECT_NEAR(static_cast<double>(reach[0]) * kGramUnit, 3 * std::pow(2.0, 1 - 2 * kRowPower), 1e-5);
}

TEST(LinkGram, NoRowsAtAllAddNothing) {
  const Fixture f;
  std::vector<std::uint64_t> sums(f.x.size(), 7);

  LinkGram(TokenSequences{}, f.weights).multiply(f.weighted(), 1.0, sums);

  EXPECT_EQ(sums, std::vector<std::uint64_t>(f.x.size(), 7));
}

}  // namespace
}  // namespace linktrail
