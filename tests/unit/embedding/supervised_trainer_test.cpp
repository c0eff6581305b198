#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "embedding/quality.h"
#include "embedding/trainer.h"
#include "unit/embedding/overlay.h"
#include "unit/embedding/planted_topics.h"

namespace linktrail {
namespace {

using test::PlantedTopics;

// Bags of one topic each; the label is the topic, and label `topics` marks the even ones as well.
Sequences<LabelId> labels_of(const PlantedTopics& world, const TokenSequences& bags) {
  Sequences<LabelId> labels;
  for (std::size_t i = 0; i < bags.size(); ++i) {
    const auto topic = static_cast<LabelId>(bags[i][0] % world.topics);
    std::vector<LabelId> own{topic};
    if (topic % 2 == 0) own.push_back(static_cast<LabelId>(world.topics));
    labels.append(own);
  }
  return labels;
}

TEST(SupervisedTrainer, LearnsSeparableLabels) {
  const PlantedTopics world;
  const TokenSequences bags = world.make(1), held_out = world.make(2);
  const Sequences<LabelId> labels = labels_of(world, bags), truth = labels_of(world, held_out);
  const std::size_t label_count = world.topics + 1;
  const TrainParams params{.dim = 16, .epochs = 10, .learning_rate = 0.5};
  EmbeddingModel model = initial_model(world.qids(), label_count, params.dim, 1);
  RoundModel round(model);
  SupervisedTrainer trainer(params);

  for (std::uint32_t epoch = 0; epoch < params.epochs; ++epoch)
    trainer.train(bags, labels,
                  {.begin = 0,
                   .end = bags.size(),
                   .epoch = epoch,
                   .progress_begin = epoch / 10.0,
                   .progress_end = (epoch + 1) / 10.0},
                  round);

  std::vector<LabelCounts> counts(label_count);
  std::vector<float> scores(label_count);
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    ASSERT_TRUE(predict_labels(held_out[i], model, scores));
    for (LabelId label = 0; label < label_count; ++label) {
      const auto own = truth[i];
      const bool is = std::find(own.begin(), own.end(), label) != own.end(), said = scores[label] > 0.5F;
      if (is && said) ++counts[label].true_positive;
      if (!is && said) ++counts[label].false_positive;
      if (is && !said) ++counts[label].false_negative;
    }
  }
  EXPECT_GT(micro_f1(counts), 0.95);
  EXPECT_GT(macro_f1(counts), 0.95);
}

// One step by hand: bag {0, 0, 1}, one label of two, output rows known.
TEST(SupervisedTrainer, DividesTheGradientByTheSizeOfTheBag) {
  EmbeddingModel model{Matrix(2, 1), Matrix(2, 1)};
  model.input.row(0)[0] = 0.3F;
  model.output.row(0)[0] = 1.0F;
  model.output.row(1)[0] = 2.0F;
  TokenSequences bags;
  bags.append(std::vector<TokenId>{0, 0, 1});
  Sequences<LabelId> labels;
  labels.append(std::vector<LabelId>{1});
  RoundModel round(model);

  const TrainStats stats = SupervisedTrainer({.dim = 1, .learning_rate = 0.5})
                               .train(bags, labels, {.begin = 0, .end = 1, .progress_end = 1}, round);

  const double h = 0.2, p0 = 1 / (1 + std::exp(-h)), p1 = 1 / (1 + std::exp(-2 * h));
  const double gradient = 0.5 * ((0 - p0) * 1 + (1 - p1) * 2);
  EXPECT_NEAR(stats.loss_sum, -std::log(1 - p0) - std::log(p1), 1e-5);
  EXPECT_EQ(stats.examples, 1U);
  EXPECT_NEAR(model.input.row(0)[0], 0.3 + 2 * gradient / 3, 1e-6);
  EXPECT_NEAR(model.input.row(1)[0], gradient / 3, 1e-6);
  EXPECT_NEAR(model.output.row(0)[0], 1 - 0.5 * p0 * h, 1e-6);
  EXPECT_NEAR(model.output.row(1)[0], 2 + 0.5 * (1 - p1) * h, 1e-6);
}

// The input is zero and so are the outputs: nothing moves, and every label of every bag costs log 2.
TEST(SupervisedTrainer, TakesTheLossOfSomeBagsForAll) {
  EmbeddingModel model{Matrix(1, 1), Matrix(2, 1)};
  TokenSequences bags;
  Sequences<LabelId> labels;
  for (int i = 0; i < 103; ++i) {
    bags.append(std::vector<TokenId>{0});
    labels.append(std::vector<LabelId>{1});
  }
  RoundModel round(model);

  const TrainStats stats = SupervisedTrainer({.dim = 1, .learning_rate = 0.5})
                               .train(bags, labels, {.begin = 0, .end = 103, .progress_end = 1}, round);

  EXPECT_EQ(stats.examples, 103U);
  EXPECT_EQ(stats.loss_examples, 16U);  // tiles 0, 8, 16 and 24 of four bags each
  EXPECT_NEAR(stats.loss_sum / static_cast<double>(stats.loss_examples), 2 * std::log(2), 1e-5);
}

// Bag {0} and the end (row 1): the mean is of both, and each gets half of the gradient.
TEST(SupervisedTrainer, CountsTheEndOfTheRowAsAMemberOfTheBag) {
  EmbeddingModel model{Matrix(2, 1), Matrix(1, 1)};
  model.input.row(0)[0] = 0.3F;
  model.input.row(1)[0] = 0.5F;
  model.output.row(0)[0] = 2.0F;
  TokenSequences bags;
  bags.append(std::vector<TokenId>{0});
  Sequences<LabelId> labels;
  labels.append(std::vector<LabelId>{0});
  RoundModel round(model);
  std::vector<float> before(1);

  predict_labels(bags[0], model, before, 1);
  SupervisedTrainer({.dim = 1, .learning_rate = 0.5}, 1)
      .train(bags, labels, {.begin = 0, .end = 1, .progress_end = 1}, round);

  const double h = 0.4, p = 1 / (1 + std::exp(-2 * h));
  EXPECT_NEAR(before[0], p, 1e-6);
  EXPECT_NEAR(model.input.row(0)[0], 0.3 + 0.5 * (1 - p) * 2 / 2, 1e-6);
  EXPECT_NEAR(model.input.row(1)[0], 0.5 + 0.5 * (1 - p) * 2 / 2, 1e-6);
  EXPECT_NEAR(model.output.row(0)[0], 2 + 0.5 * (1 - p) * h, 1e-6);
}

TEST(SupervisedTrainer, TouchesTheRowsOfTheBagAndItsEnd) {
  EmbeddingModel model{Matrix(4, 1), Matrix(1, 1)};
  for (std::size_t row = 0; row < 4; ++row) model.input.row(row)[0] = 0.5F;
  model.output.row(0)[0] = 2.0F;
  TokenSequences bags;
  bags.append(std::vector<TokenId>{2});
  Sequences<LabelId> labels;
  labels.append(std::vector<LabelId>{0});
  RoundModel round = test::overlay_of(model);

  SupervisedTrainer({.dim = 1, .learning_rate = 0.5}, 1)
      .train(bags, labels, {.begin = 0, .end = 1, .progress_end = 1}, round);

  EXPECT_THAT(round.input.touched(), testing::UnorderedElementsAre(2U, 1U));
  EXPECT_GT(round.input.peek(1)[0], 0.5F);
  EXPECT_EQ(model.input.row(1)[0], 0.5F);
}

TEST(PredictLabels, OfAnEmptyBagIsReported) {
  const EmbeddingModel model{Matrix(2, 1), Matrix(2, 1)};
  std::vector<float> scores(2, 1.0F);

  EXPECT_FALSE(predict_labels({}, model, scores));
}

}  // namespace
}  // namespace linktrail
