// How much of Adasum's correction a training of sequences makes follows from how unevenly its tokens are spread.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "comm/collectives.h"
#include "dist/round_loop.h"
#include "dist/round_plan.h"
#include "dist/training.h"
#include "embedding/model.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kArticles = 60, kSessions = 40;

// Sessions of an article that is in all of them and another, the same on every rank; a round has one session a rank.
struct Fixture {
  Fixture() {
    for (std::size_t i = 0; i < kSessions; ++i) sessions.append(std::vector<TokenId>{0, static_cast<TokenId>(i + 1)});
  }

  NodeModel start() const {
    EmbeddingModel model{.input = Matrix(kArticles, params.dim), .output = Matrix(kArticles, params.dim)};
    for (Matrix* matrix : {&model.input, &model.output})
      for (std::size_t i = 0; i < kArticles; ++i)
        for (std::size_t j = 0; j < params.dim; ++j)
          matrix->row(i)[j] = static_cast<float>(std::sin(static_cast<double>(7 * i + j)));
    return share_model(model, std::make_shared<const comm::Node>(world()));
  }

  std::uint64_t first_record() const { return kSessions * static_cast<std::uint64_t>(world().rank()); }

  NodeModel trained() const {
    NodeModel model = start();
    train_sequences(params, sync, {.sequences = sessions, .first_record = first_record(), .counts = counts}, {}, model,
                    {});
    return model;
  }

  NodeModel trained_as_if(double alike) const {
    NodeModel model = start();
    SequenceTrainer trainer(params, counts);
    const TrainHooks hooks;
    run_rounds({.params = params,
                .sync = sync,
                .hooks = hooks,
                .offsets = sessions.offsets,
                .first_record = first_record(),
                .start = {},
                .tokens_alike = alike},
               model, [&](const TrainSlice& slice, RoundModel& rows) { return trainer.train(sessions, slice, rows); });
    return model;
  }

  TrainParams params{
      .architecture = Architecture::kSkipGram, .dim = 4, .window = 2, .negatives = 2, .epochs = 1, .subsample = 1};
  SyncParams sync{.min_rounds = kSessions};
  TokenSequences sessions;
  std::vector<std::uint64_t> counts = [] {
    std::vector<std::uint64_t> all(kArticles, 60);
    all[0] = 4000;
    return all;
  }();
};

double distance(const NodeModel& a, const NodeModel& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kArticles; ++i)
    for (std::size_t j = 0; j < a.matrices.input.dim(); ++j)
      sum += std::abs(a.matrices.input.row(i)[j] - b.matrices.input.row(i)[j]);
  comm::barrier(world());
  return sum;
}

TEST(Correction, FollowsFromTheCountsOfTheCorpus) {
  const Fixture fixture;
  const NodeModel trained = fixture.trained();
  const double as_counted = distance(trained, fixture.trained_as_if(tokens_alike(fixture.counts)));
  const double as_if_even = distance(trained, fixture.trained_as_if(0));

  EXPECT_EQ(as_counted, 0);
  if (world().size() > 1)
    EXPECT_GT(as_if_even, 0.01);
  else
    EXPECT_EQ(as_if_even, 0) << "one rank has nobody to meet";
}

}  // namespace
}  // namespace linktrail::dist
