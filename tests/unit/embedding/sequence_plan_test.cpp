#include "embedding/sequence_plan.h"

#include "embedding/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace linktrail {
namespace {

constexpr std::size_t kArticles = 50;

std::vector<std::uint64_t> zipf_counts() {
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < kArticles; ++i) counts.push_back(10000 / (i + 1));
  return counts;
}

// Owns what a plan refers to.
struct Fixture {
  explicit Fixture(Architecture architecture)
      : params{.architecture = architecture, .window = 3, .negatives = 10, .subsample = 1},
        sampler(zipf_counts(), 0.5),
        subsampler(zipf_counts(), 1.0),
        plan(params, kNoToken, sampler, subsampler),
        model{Matrix(kArticles, 1), Matrix(kArticles, 1)},
        round(model) {}

  RandomKey key(std::uint64_t record) const { return {.seed = 1, .stage = RandomStage::kReader, .record = record}; }

  // Block `block`, with one sequence of `length` tokens.
  void plan_one(std::uint64_t block, std::size_t length) {
    const std::uint64_t record = block * SequencePlan::block_records(params.architecture);
    std::vector<TokenId> tokens(length);
    for (std::size_t i = 0; i < length; ++i) tokens[i] = static_cast<TokenId>(i % kArticles);
    plan.begin_block(key(record));
    plan.draw(tokens, key(record), 0.1F);
    finish();
  }

  // In place, rows have the numbers of their tokens.
  void finish() {
    plan.finish_block();
    plan.bind(round);
  }

  // Of list g, a centre of CBOW or a group of skip-gram, without its centres.
  std::vector<TokenId> negatives(std::size_t g) const {
    const auto outputs = plan.outputs(g);
    if (params.architecture == Architecture::kCbow) return {outputs.begin() + 1, outputs.end()};
    return {outputs.begin(), outputs.begin() + negatives_of_list(params)};
  }

  TrainParams params;
  NegativeSampler sampler;
  Subsampler subsampler;
  SequencePlan plan;
  EmbeddingModel model;
  RoundModel round;
};

TEST(SequencePlan, GroupsCoverEveryCentreOnceAndAreAboutEqual) {
  for (const Architecture architecture : {Architecture::kCbow, Architecture::kSkipGram}) {
    const std::uint32_t most = architecture == Architecture::kCbow ? kInputTile : kSharingCentres;
    for (std::size_t length = 2; length < 20; ++length) {
      Fixture fixture(architecture);
      fixture.plan_one(0, length);
      std::uint32_t next = 0, smallest = most;
      for (const CentreGroup& group : fixture.plan.groups()) {
        EXPECT_EQ(group.first, next);
        EXPECT_LE(group.count, most);
        smallest = std::min(smallest, group.count);
        next += group.count;
      }
      EXPECT_EQ(next, length);
      EXPECT_EQ(fixture.plan.groups().size(), (length + most - 1) / most);
      EXPECT_EQ(smallest, length / fixture.plan.groups().size());
    }
  }
}

TEST(SequencePlan, WindowsStayInTheSequenceAndReachAsFarAsTheyMay) {
  Fixture fixture(Architecture::kCbow);
  fixture.plan_one(0, 40);
  std::uint32_t widest = 0, narrowest = 100;
  for (const CentreGroup& group : fixture.plan.groups()) {
    for (std::uint32_t centre = group.first; centre < group.first + group.count; ++centre) {
      const Window window = fixture.plan.window(group, centre);
      EXPECT_LT(window.begin, window.end);
      EXPECT_LE(window.end, 40U);
      if (centre < 3 || centre > 36) continue;
      EXPECT_EQ(centre - window.begin, window.end - centre - 1);
      widest = std::max(widest, centre - window.begin);
      narrowest = std::min(narrowest, centre - window.begin);
    }
  }
  EXPECT_EQ(widest, 3U);
  EXPECT_EQ(narrowest, 1U);
}

TEST(SequencePlan, OutputsAreTheCentreAndOtherTokensForCbow) {
  Fixture fixture(Architecture::kCbow);
  fixture.plan_one(0, 40);
  for (std::size_t g = 0; g < 40; ++g) {
    EXPECT_EQ(fixture.plan.outputs(g)[0], fixture.plan.tokens()[g]);
    EXPECT_LE(fixture.plan.outputs(g).size(), 11U);
    for (const TokenId negative : fixture.negatives(g)) EXPECT_NE(negative, fixture.plan.tokens()[g]);
  }
}

TEST(SequencePlan, TheListsOfAGroupFollowEachOtherAndThoseOfTheGroupBefore) {
  for (const Architecture architecture : {Architecture::kCbow, Architecture::kSkipGram}) {
    Fixture fixture(architecture);
    fixture.plan_one(0, 23);
    std::size_t next = 0;
    for (std::size_t g = 0; g < fixture.plan.groups().size(); ++g) {
      const CentreGroup& group = fixture.plan.groups()[g];
      const std::uint32_t lists = architecture == Architecture::kCbow ? group.count : 1;
      EXPECT_EQ(fixture.plan.outputs_begin(group.lists), next);
      for (std::uint32_t list = group.lists; list < group.lists + lists; ++list) {
        const auto outputs = fixture.plan.outputs(list);
        EXPECT_TRUE(std::ranges::equal(outputs, fixture.plan.all_outputs().subspan(next, outputs.size())));
        next += outputs.size();
      }
      EXPECT_EQ(fixture.plan.outputs_begin(group.lists + lists), next);
      EXPECT_EQ(fixture.plan.outputs_of_group(g), next - fixture.plan.outputs_begin(group.lists));
    }
    EXPECT_EQ(fixture.plan.all_outputs().size(), next);
    EXPECT_EQ(fixture.plan.outputs_of_group(fixture.plan.groups().size()), 0U);
  }
}

TEST(SequencePlan, OutputsAreNegativesThenTheCentresForSkipGram) {
  Fixture fixture(Architecture::kSkipGram);
  fixture.plan_one(0, 9);
  for (std::size_t g = 0; g < fixture.plan.groups().size(); ++g) {
    const CentreGroup& group = fixture.plan.groups()[g];
    const auto outputs = fixture.plan.outputs(g);
    ASSERT_EQ(outputs.size(), 2 * 10 + group.count);
    for (std::uint32_t i = 0; i < group.count; ++i) EXPECT_EQ(outputs[20 + i], fixture.plan.tokens()[group.first + i]);
  }
}

TEST(SequencePlan, KnowsEveryOutputRowThatItUses) {
  Fixture fixture(Architecture::kCbow);
  fixture.plan_one(3, 150);
  const std::set<TokenId> known(fixture.plan.output_tokens().begin(), fixture.plan.output_tokens().end());
  for (std::size_t list = 0; list < 150; ++list)
    for (const TokenId row : fixture.plan.outputs(list)) EXPECT_TRUE(known.contains(row));
}

// Each token as often as the root of its count asks, over many pools; the expected share of a centre's own draws is
// little changed by leaving out the centre.
TEST(SequencePlan, NegativesFollowTheSampler) {
  Fixture fixture(Architecture::kSkipGram);
  std::vector<double> seen(kArticles, 0), expected;
  double total = 0, weights = 0;
  for (std::uint64_t block = 0; block < 2000; ++block) {
    fixture.plan_one(block, 16);
    for (std::size_t g = 0; g < fixture.plan.groups().size(); ++g)
      for (const TokenId negative : fixture.negatives(g)) {
        ++seen[negative];
        ++total;
      }
  }
  for (const std::uint64_t count : zipf_counts()) {
    expected.push_back(std::sqrt(static_cast<double>(count)));
    weights += expected.back();
  }
  for (std::size_t i = 0; i < kArticles; ++i)
    EXPECT_NEAR(seen[i] / total, expected[i] / weights, 0.08 * expected[i] / weights) << i;
}

// What sharing whole sets of negatives would break, and with it the quality of CBOW.
TEST(SequencePlan, NeighbouringCentresHaveNegativesOfTheirOwn) {
  Fixture fixture(Architecture::kCbow);
  std::size_t equal = 0, pairs = 0;
  for (std::uint64_t block = 0; block < 200; ++block) {
    fixture.plan_one(block, 10);
    for (std::size_t g = 1; g < 10; ++g) {
      equal += fixture.negatives(g) == fixture.negatives(g - 1) ? 1 : 0;
      ++pairs;
    }
  }
  EXPECT_EQ(equal, 0U);
  EXPECT_EQ(pairs, 1800U);
}

TEST(SequencePlan, ASequenceDoesNotDependOnTheOthersOfItsBlock) {
  Fixture alone(Architecture::kCbow), together(Architecture::kCbow);
  const std::vector<TokenId> first{1, 2, 3}, second{4, 5, 6, 7};
  alone.plan.begin_block(alone.key(9));
  alone.plan.draw(second, alone.key(9), 0.1F);
  together.plan.begin_block(together.key(8));
  together.plan.draw(first, together.key(8), 0.1F);
  together.plan.draw(second, together.key(9), 0.1F);
  alone.finish();
  together.finish();

  for (std::size_t g = 0; g < 4; ++g) EXPECT_EQ(alone.negatives(g), together.negatives(g + 3));
}

}  // namespace
}  // namespace linktrail
