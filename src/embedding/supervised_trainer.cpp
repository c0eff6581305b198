// One logistic unit a label over the mean of a bag's rows (fastText supervised with -loss ova). The gradient that
// returns to the rows is divided by the size of the bag, the end of the row belongs to the bag, and nothing is
// subsampled: all as in fastText.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "embedding/kernels.h"
#include "embedding/learning_rate.h"
#include "embedding/prefetch.h"
#include "embedding/row_list.h"
#include "embedding/trainer.h"

namespace linktrail {
namespace {

// Bags whose rows are found, and fetched, ahead of their training.
constexpr std::size_t kPlacesAhead = 16, kRowsAhead = 8;

// Tiles for one whose loss is taken, for progress: the logarithms cost a fifth of a tile's arithmetic.
constexpr std::size_t kLossEvery = 8;

// Trains up to kInputTile bags at a time against all labels; buffers of one train() call.
class LabelTile {
 public:
  // Touches all labels.
  explicit LabelTile(RoundModel& model)
      : model_(model),
        all_labels_(model.output.rows()),
        means_(kInputTile, model.input.dim()),
        gradients_(kInputTile, model.input.dim()),
        targets_(1, padded_scores(all_labels_.size())),
        weights_(1, padded_scores(all_labels_.size())),
        scratch_(1, padded_scores(all_labels_.size())) {
    for (std::size_t label = 0; label < all_labels_.size(); ++label)
      all_labels_[label] = model.output.touch(static_cast<LabelId>(label));
    for (std::size_t c = 0; c < kInputTile; ++c) {
      inputs_[c] = means_.row_data(c);
      input_gradients_[c] = gradients_.row_data(c);
    }
  }

  bool is_full() const { return bags_.size() == kInputTile; }

  // `bag` is not empty. The tile keeps a copy of its tokens, and of `end` unless it is kNoToken. The rate of the first
  // bag holds for all.
  void add(std::span<const TokenId> bag, TokenId end, std::span<const LabelId> labels, float learning_rate) {
    const std::size_t c = bags_.size();
    if (c == 0) learning_rate_ = learning_rate;
    bags_.append(bag);
    if (end != kNoToken) {
      bags_.tokens.push_back(end);
      ++bags_.offsets.back();
    }
    for (std::size_t i = bags_.offsets[c]; i < bags_.tokens.size(); ++i)
      bags_.tokens[i] = model_.input.touch(bags_.tokens[i]);
    for (const LabelId label : labels) set_target(label, c);
    kernels_.sum_rows(rows_of(c), share_of(c), means_.row_data(c));
    std::fill_n(gradients_.row_data(c), gradients_.stride(), 0.0F);
  }

  // Trains the bags at hand and forgets them.
  void train(TrainStats& stats) {
    if (bags_.size() == 0) return;
    weigh(bags_.size());
    const bool takes_loss = tiles_++ % kLossEvery == 0;
    float loss = 0;
    kernels_.logistic_tile({.inputs = inputs_.data(),
                            .gradients = input_gradients_.data(),
                            .input_count = bags_.size(),
                            .outputs = row_list(model_.output, all_labels_),
                            .targets = targets_.data(),
                            .weights = weights_.data(),
                            .learning_rate = learning_rate_,
                            .scratch = scratch_.data(),
                            .loss = takes_loss ? &loss : nullptr});
    for (std::size_t c = 0; c < bags_.size(); ++c)
      kernels_.add_to_rows(rows_of(c), gradients_.row_data(c), share_of(c));
    stats.examples += bags_.size();
    stats.loss_examples += takes_loss ? bags_.size() : 0;
    stats.loss_sum += static_cast<double>(loss);
    clear();
  }

 private:
  RowList rows_of(std::size_t c) { return row_list(model_.input, bags_[c]); }

  float share_of(std::size_t c) const { return 1.0F / static_cast<float>(bags_[c].size()); }

  void set_target(LabelId label, std::size_t c) {
    positives_.push_back(label * kInputTile + c);
    targets_.data()[positives_.back()] = 1;
  }

  // Every pair of the first `bags` inputs counts once, others not at all.
  void weigh(std::size_t bags) {
    if (bags == weighed_) return;
    for (std::size_t i = 0; i < all_labels_.size() * kInputTile; ++i)
      weights_.data()[i] = i % kInputTile < bags ? 1.0F : 0.0F;
    weighed_ = bags;
  }

  void clear() {
    for (const std::size_t i : positives_) targets_.data()[i] = 0;
    positives_.clear();
    bags_.clear();
  }

  RoundModel& model_;
  const Kernels& kernels_ = best_kernels();
  std::vector<std::uint32_t> all_labels_;
  TokenSequences bags_;  // the rows of their tokens
  float learning_rate_ = 0;
  std::size_t tiles_ = 0, weighed_ = 0;
  std::vector<std::size_t> positives_;  // where targets_ is 1
  Matrix means_, gradients_;            // a row a bag
  std::array<const float*, kInputTile> inputs_{};
  std::array<float*, kInputTile> input_gradients_{};
  Matrix targets_, weights_, scratch_;
};

}  // namespace

SupervisedTrainer::SupervisedTrainer(const TrainParams& params, TokenId end) : params_(params), end_(end) {
  validate(params);
}

TrainStats SupervisedTrainer::train(TokenSequencesView bags, SequencesView<LabelId> labels, const TrainSlice& slice,
                                    RoundModel& model) {
  const LearningRate rate(params_.learning_rate, slice, bags.offsets);
  LabelTile tile(model);
  TrainStats stats;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    if (i + kPlacesAhead < slice.end)
      for (const TokenId token : bags[i + kPlacesAhead]) prefetch_place(model.input, token);
    if (i + kRowsAhead < slice.end)
      for (const TokenId token : bags[i + kRowsAhead]) prefetch_row(model.input, token);
    stats.tokens += bags[i].size();
    if (bags[i].empty() || labels[i].empty() || model.output.rows() == 0) continue;
    tile.add(bags[i], end_, labels[i], rate.at(bags.offsets[i]));
    if (tile.is_full()) tile.train(stats);
  }
  tile.train(stats);
  return stats;
}

bool predict_labels(std::span<const TokenId> bag, const EmbeddingModel& model, std::span<float> scores, TokenId end) {
  std::fill(scores.begin(), scores.end(), 0.0F);
  if (bag.empty()) return false;
  const std::size_t dim = model.input.dim();
  std::vector<double> mean(dim, 0.0);
  const auto add = [&](TokenId token) {
    for (std::size_t j = 0; j < dim; ++j) mean[j] += static_cast<double>(model.input.row_data(token)[j]);
  };
  for (const TokenId token : bag) add(token);
  if (end != kNoToken) add(end);
  const std::size_t size = bag.size() + (end != kNoToken ? 1 : 0);
  for (std::size_t label = 0; label < scores.size(); ++label) {
    double dot = 0;
    for (std::size_t j = 0; j < dim; ++j) dot += mean[j] * static_cast<double>(model.output.row_data(label)[j]);
    scores[label] = static_cast<float>(1 / (1 + std::exp(-dot / static_cast<double>(size))));
  }
  return true;
}

}  // namespace linktrail
