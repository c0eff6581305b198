// New articles of a warm start: trained on their own sequences, whoever has these.
#include "dist/new_articles.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <vector>

#include "comm/collectives.h"
#include "core/hash.h"
#include "embedding/model.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kArticles = 6;
const std::vector<Qid> kQids{10, 11, 12, 13, 14, 15};
constexpr TokenId kNewArticle = 2;

// 120 sessions, dealt to ranks in blocks: every fourth has article 2, all of them with 1; the others are of 0, 4 and 5.
struct Fixture {
  Fixture() {
    const auto ranks = static_cast<std::size_t>(world().size()), rank = static_cast<std::size_t>(world().rank());
    first = 120 * rank / ranks;
    for (std::size_t i = first; i < 120 * (rank + 1) / ranks; ++i)
      shard.append(i % 4 == 0 ? std::vector<TokenId>{1, kNewArticle, 1} : std::vector<TokenId>{0, 4, 5});
  }

  NodeModel start() const {
    return share_model(initial_model(kQids, kArticles, params.dim, 1), std::make_shared<const comm::Node>(world()));
  }

  TrainOutcome train(NodeModel& model, std::span<const TokenId> rows, const TrainHooks& hooks = {}) const {
    return train_new_articles(
        params, {}, {.sequences = shard, .first_record = first, .counts = {90, 60, 30, 1, 90, 90}}, rows, model, hooks);
  }

  TrainParams params{.dim = 8, .window = 3, .negatives = 2, .epochs = 1, .subsample = 1};
  TokenSequences shard;
  std::size_t first = 0;
};

bool equal_rows(const Matrix& a, const Matrix& b, std::size_t row) {
  return std::ranges::equal(a.row(row), b.row(row));
}

using testing::ElementsAre;

TEST(NewArticles, SeenOftenNeedNoTrainingOfTheirOwn) {
  const std::vector<TokenId> all{0, 1, 2, 3};
  const NewRows few = split_new_rows(all, std::vector<std::uint64_t>{11, 10, 2, 1});
  EXPECT_THAT(few.seldom, ElementsAre(1U, 2U, 3U));
  EXPECT_THAT(few.often, ElementsAre(0U));

  const NewRows many = split_new_rows(all, std::vector<std::uint64_t>{1000, 51, 50, 1, 398});
  EXPECT_THAT(many.seldom, ElementsAre(2U, 3U)) << "a sixth of the mean of 300";
  EXPECT_THAT(many.often, ElementsAre(0U, 1U));
  EXPECT_TRUE(split_new_rows({}, {}).seldom.empty());
}

TEST(NewArticles, RowsAreMadeInitialAgainOnAllRanksOfANode) {
  const Fixture fixture;
  NodeModel model = fixture.start(), initial = fixture.start();
  if (model.node->ranks().is_root())
    for (std::size_t row = 0; row < kArticles; ++row) {
      std::ranges::fill(model.matrices.input.row(row), 7.0F);
      std::ranges::fill(model.matrices.output.row(row), 7.0F);
    }

  make_rows_initial(std::array<TokenId, 2>{1, 4}, kQids, 1, model);

  for (std::size_t row = 0; row < kArticles; ++row) {
    EXPECT_EQ(equal_rows(model.matrices.input, initial.matrices.input, row), row == 1 || row == 4) << row;
    EXPECT_EQ(equal_rows(model.matrices.output, initial.matrices.output, row), row == 1 || row == 4) << row;
  }
  comm::barrier(world());
}

TEST(NewArticles, AreTrainedOnTheirOwnSequencesOnly) {
  const Fixture fixture;
  NodeModel model = fixture.start(), initial = fixture.start();

  const TrainOutcome outcome = fixture.train(model, std::array{kNewArticle});

  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.tokens, 30U * 3 * kNewArticleEpochs);
  for (std::size_t row = 0; row < kArticles; ++row)
    EXPECT_EQ(equal_rows(model.matrices.input, initial.matrices.input, row), row != 1 && row != kNewArticle) << row;
  comm::barrier(world());
}

TEST(NewArticles, WithoutASequenceChangeNothing) {
  const Fixture fixture;
  NodeModel model = fixture.start(), initial = fixture.start();

  const TrainOutcome outcome = fixture.train(model, std::array<TokenId, 1>{3});

  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.tokens, 0U);
  for (std::size_t row = 0; row < kArticles; ++row)
    EXPECT_TRUE(equal_rows(model.matrices.input, initial.matrices.input, row)) << row;
  comm::barrier(world());
}

TEST(NewArticles, StopOnRequest) {
  const Fixture fixture;
  NodeModel model = fixture.start();

  const TrainOutcome outcome = fixture.train(model, std::array{kNewArticle},
                                             {.on_round_end = [](const TrainCursor&) { return AfterRound::kStop; }});

  EXPECT_FALSE(outcome.finished);
  comm::barrier(world());
}

}  // namespace
}  // namespace linktrail::dist
