// Long rows are shortened once on the way of a training that started from nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "comm/collectives.h"
#include "dist/training.h"
#include "embedding/model.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kArticles = 4;

struct Fixture {
  Fixture() {
    for (int i = 0; i < 20; ++i) shard.append(std::vector<TokenId>{0, 1, 2});
  }

  // Rows of length 20, which the rate below leaves as they are. The last of them no sequence has.
  NodeModel start() const {
    EmbeddingModel model{.input = Matrix(kArticles, params.dim), .output = Matrix(kArticles, params.dim)};
    for (Matrix* matrix : {&model.input, &model.output})
      for (std::size_t i = 0; i < kArticles; ++i) std::ranges::fill(matrix->row(i), 10.0F);
    return share_model(model, std::make_shared<const comm::Node>(world()));
  }

  NodeModel trained(const TrainHooks& hooks = {}) const {
    NodeModel model = start();
    train_sequences(params, sync,
                    {.sequences = shard,
                     .first_record = static_cast<std::uint64_t>(20 * world().rank()),
                     .counts = {20, 20, 20, 1}},
                    {}, model, hooks);
    return model;
  }

  TrainParams params{.dim = 4, .window = 2, .negatives = 2, .epochs = 5, .subsample = 1, .learning_rate = 1e-9};
  SyncParams sync;
  TokenSequences shard;
};

void expect_lengths(const NodeModel& model, double input, double output) {
  for (std::size_t i = 0; i < kArticles; ++i) {
    EXPECT_NEAR(std::sqrt(4.0) * model.matrices.input.row(i)[1], input, 1e-4) << i;
    EXPECT_NEAR(std::sqrt(4.0) * model.matrices.output.row(i)[1], output, 1e-4) << i;
  }
  comm::barrier(world());
}

TEST(Shortening, BoundsInputsAndOutputsOfCbow) { expect_lengths(Fixture().trained(), 2, 3); }

TEST(Shortening, ComesAfterTheSecondOfFiveEpochs) {
  for (const auto& [epochs, length] : {std::pair(1U, 20.0), std::pair(2U, 2.0)}) {
    const Fixture fixture;
    const NodeModel model = fixture.trained({.on_round_end = [epochs = epochs](const TrainCursor& next) {
      return next == TrainCursor{.epoch = epochs} ? AfterRound::kStop : AfterRound::kContinue;
    }});
    expect_lengths(model, length, length == 2 ? 3 : 20);
  }
}

TEST(Shortening, IsNotForSkipGramNorForRowsOfAnEarlierModelNorForTwoEpochs) {
  Fixture skipgram, warm, two;
  skipgram.params.architecture = Architecture::kSkipGram;
  warm.sync.rows = RowStart::kTrained;
  two.params.epochs = 2;
  for (const Fixture* fixture : {&skipgram, &warm, &two}) expect_lengths(fixture->trained(), 20, 20);
}

}  // namespace
}  // namespace linktrail::dist
