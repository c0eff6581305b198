#include "embedding/spectral.h"

#include <gtest/gtest.h>

#include "unit/embedding/planted_links.h"

namespace linktrail {
namespace {

using test::PlantedLinks;

// One part that has everything.
class Alone : public SpectralExchange {
 public:
  std::size_t part() const override { return 0; }
  std::size_t parts() const override { return 1; }
  std::vector<float> gather(std::span<const float> mine) override { return {mine.begin(), mine.end()}; }
  std::vector<std::uint64_t> sum_to_owners(std::span<const std::uint64_t> whole,
                                           std::span<const std::uint64_t>) override {
    return {whole.begin(), whole.end()};
  }
  void sum(std::span<std::uint64_t>) override {}
  void maximum(std::span<std::uint64_t>) override {}
};

void ignore(const SpectralProgress&) {}

struct Fixture {
  PlantedLinks planted;
  TokenSequences bags = planted.make();
  std::vector<float> weights = planted.weights();
  std::vector<Qid> qids = planted.qids();

  SpectralVectors vectors(std::uint32_t dim, std::uint64_t seed = 1) const {
    Alone alone;
    return spectral_vectors({.dim = dim, .seed = seed}, {.bags = bags, .weights = weights, .qids = qids}, alone,
                            ignore);
  }

  Eigen::JacobiSVD<Eigen::MatrixXd> truth() const {
    return Eigen::JacobiSVD<Eigen::MatrixXd>(test::dense_matrix(bags, weights), Eigen::ComputeThinV);
  }
};

std::vector<double> column(const TallBlock& block, std::size_t c) {
  std::vector<double> values;
  for (std::size_t i = 0; i < block.rows; ++i) values.push_back(static_cast<double>(block.row(i)[c]));
  return values;
}

double cosine(const std::vector<double>& a, const Eigen::VectorXd& b) {
  const Eigen::Map<const Eigen::VectorXd> x(a.data(), static_cast<Eigen::Index>(a.size()));
  return std::abs(x.dot(b)) / (x.norm() * b.norm());
}

TEST(Spectral, FindsTheLeadingSingularVectorsOfPlantedTopics) {
  const Fixture f;

  const SpectralVectors found = f.vectors(4);

  const auto truth = f.truth();
  for (std::size_t c = 0; c < 4; ++c) {
    const auto k = static_cast<Eigen::Index>(c);
    EXPECT_NEAR(found.singular_values[c], truth.singularValues()[k], 1e-3 * truth.singularValues()[k]);
    EXPECT_GT(cosine(column(found.rows, c), truth.matrixV().col(k)), 0.999);
  }
}

TEST(Spectral, ExplainsAllThatItsColumnsCan) {
  const Fixture f;

  const SpectralVectors found = f.vectors(60);  // as many as there are tokens

  EXPECT_NEAR(found.unexplained, 0, 1e-5);
}

TEST(Spectral, LargestEntryOfEachColumnIsPositive) {
  const SpectralVectors found = Fixture().vectors(6);

  for (std::size_t c = 0; c < 6; ++c) {
    const auto values = column(found.rows, c);
    EXPECT_GT(*std::ranges::max_element(values, {}, [](double x) { return std::abs(x); }), 0);
  }
}

TEST(Spectral, ColumnsBeyondTheRankAreZero) {
  TokenSequences bags;  // of rank 2
  const std::vector<TokenId> a{0, 1}, b{2};
  for (int i = 0; i < 5; ++i) {
    bags.append(a);
    bags.append(b);
  }
  const std::vector<float> weights{1, 1, 1};
  const std::vector<Qid> qids{7, 8, 9};
  Alone alone;

  const SpectralVectors found =
      spectral_vectors({.dim = 8, .seed = 1}, {.bags = bags, .weights = weights, .qids = qids}, alone, ignore);

  const Eigen::JacobiSVD<Eigen::MatrixXd> truth(test::dense_matrix(bags, weights));
  EXPECT_NEAR(found.singular_values[0], truth.singularValues()[0], 1e-4);
  EXPECT_NEAR(found.singular_values[1], truth.singularValues()[1], 1e-4);
  for (std::size_t c = 2; c < 8; ++c)
    for (const double x : column(found.rows, c)) EXPECT_NEAR(x, 0, 1e-3);
}

TEST(Spectral, SameSeedGivesTheSameBytesAndAnotherTheSameVectors) {
  const Fixture f;

  const SpectralVectors one = f.vectors(4), again = f.vectors(4), other = f.vectors(4, 2);

  EXPECT_EQ(one.rows.values, again.rows.values);
  EXPECT_NE(one.rows.values, other.rows.values);
  for (std::size_t i = 0; i < one.rows.values.size(); ++i) EXPECT_NEAR(one.rows.values[i], other.rows.values[i], 0.02);
}

TEST(Spectral, TellsOfEverySliceOfEveryPass) {
  const Fixture f;
  Alone alone;
  std::vector<SpectralProgress> seen;

  spectral_vectors({.dim = 20, .seed = 1}, {.bags = f.bags, .weights = f.weights, .qids = f.qids}, alone,
                   [&](const SpectralProgress& progress) { seen.push_back(progress); });

  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.size(), std::size_t{seen[0].passes} * seen[0].slices);
  EXPECT_EQ(seen[0].unexplained, 1);
  EXPECT_LT(seen.back().unexplained, 0.9);
}

}  // namespace
}  // namespace linktrail
