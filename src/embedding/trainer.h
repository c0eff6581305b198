// Training on a slice of a shard: pure, single-threaded, deterministic.
//
// The distributed layer calls train() once a round and combines the models in between. Random numbers are keyed by
// (seed, stage, epoch, global record number), so slices, ranks and restarts do not change them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/sequences.h"
#include "embedding/model.h"
#include "embedding/params.h"
#include "embedding/round_rows.h"

namespace linktrail {

// Which sequences to train on, and where in the whole run they stand.
struct TrainSlice {
  std::size_t begin = 0;  // sequences [begin, end) of the shard
  std::size_t end = 0;
  std::uint64_t first_record = 0;  // global number of the shard's sequence 0
  std::uint32_t epoch = 0;
  double progress_begin = 0;  // fraction of the whole run done at the start and at the end:
  double progress_end = 0;    //   the rate falls linearly from lr (1 - begin) to lr (1 - end)
  double rate_scale = 1;      // times the rate; below 1 after a model has diverged
};

struct TrainStats {
  std::uint64_t tokens = 0;         // read, before subsampling
  std::uint64_t examples = 0;       // centres (CBOW), pairs (skip-gram) or bags (supervised)
  std::uint64_t loss_examples = 0;  // those among them whose loss was taken: about an eighth of pairs and bags,
                                    // a sixteenth of centres
  double loss_sum = 0;              // sum of their losses (negative log likelihood)

  TrainStats& operator+=(const TrainStats& other);
};

// CBOW or skip-gram with negative sampling over sequences of tokens.
class SequenceTrainer {
 public:
  // `counts[t]` is the corpus count of token t; not kept. With `sequences` = 0 a sequence has no end; otherwise it is
  // the number of sequences in the corpus, and the model's row counts.size() stands for the end of one: it follows the
  // last token as a context and a centre, and is sampled like any token (see initial_sequence_model()).
  // Throws UsageError for parameters out of range.
  SequenceTrainer(const TrainParams& params, std::vector<std::uint64_t> counts, std::uint64_t sequences = 0);
  ~SequenceTrainer();

  // Touches every row that it may change, and changes it. Records are trained in blocks whose bounds are multiples of
  // SequencePlan::block_records() in global numbers; a slice that ends inside of one trains its records in another
  // order (CBOW) or just as one call would (skip-gram). Throws std::invalid_argument if the model has not one row
  // for each token (and one for the end of a sequence).
  TrainStats train(TokenSequencesView shard, const TrainSlice& slice, RoundModel& model);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::size_t rows_ = 0;  // that a model must have
};

// Supervised one-vs-all: a bag's mean input row predicts each label by its own logistic unit
// (fastText supervised, -loss ova; Grave et al. 2017). Bag i has the labels labels[i].
// `end` is the input row that joins every bag, as fastText's "</s>" does: a bias for all labels, without which
// micro-F1 falls by a tenth (docs/numerics.md). kNoToken: no such row.
class SupervisedTrainer {
 public:
  explicit SupervisedTrainer(const TrainParams& params, TokenId end = kNoToken);

  TrainStats train(TokenSequencesView bags, SequencesView<LabelId> labels, const TrainSlice& slice, RoundModel& model);

 private:
  TrainParams params_;
  TokenId end_;
};

// Probability of each label for the mean of the rows of the bag and of `end`, if there is one. False, and all scores 0,
// if the bag has no token. `scores` has one float a label.
bool predict_labels(std::span<const TokenId> bag, const EmbeddingModel& model, std::span<float> scores,
                    TokenId end = kNoToken);

// Throws UsageError with flag name, value and range for anything out of range.
void validate(const TrainParams& params);

}  // namespace linktrail
