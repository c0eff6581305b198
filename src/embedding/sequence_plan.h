// What a stretch of the corpus is trained with: every random draw is made before the arithmetic, so that rows can be
// fetched ahead of their use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/random.h"
#include "embedding/negative_pool.h"
#include "embedding/negative_sampler.h"
#include "embedding/params.h"
#include "embedding/round_rows.h"
#include "embedding/subsampler.h"

namespace linktrail {

// Neighbouring centres that share their negative samples in skip-gram: each has those of all of them, with a part of
// the weight. More cost recall@10 on large corpora, and one alone labels of rare articles (docs/numerics.md).
inline constexpr std::uint32_t kSharingCentres = 2;

// Negative samples that a list of outputs draws.
constexpr std::uint32_t negatives_of_list(const TrainParams& params) {
  return params.architecture == Architecture::kCbow ? params.negatives : kSharingCentres * params.negatives;
}

// Neighbouring centres of one sequence that are trained at a time: up to kInputTile with negatives of their own (CBOW),
// or up to kSharingCentres that share theirs (skip-gram).
struct CentreGroup {
  std::uint32_t begin = 0;  // the sequence is tokens [begin, end) of the plan
  std::uint32_t end = 0;
  std::uint32_t first = 0;  // its centres are tokens [first, first + count)
  std::uint32_t count = 0;
  std::uint32_t pool = 0;   // that its negatives come from
  std::uint32_t lists = 0;  // its lists of outputs are lists, lists + 1, ...: one a centre (CBOW), or one for all
  float learning_rate = 0;
};

// Tokens [begin, end) of a plan: a centre and its contexts.
struct Window {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// The plan of a block: block_records() sequences with consecutive global numbers, the first a multiple of it, or those
// of them that are in hand. Negative samples come from the block's pools, one for each stretch of positions of its
// sequences.
class SequencePlan {
 public:
  // Records of a block: as many as a pool can serve without a loss of quality (docs/numerics.md).
  static std::uint64_t block_records(Architecture architecture) {
    return architecture == Architecture::kCbow ? 32 : 64;
  }

  // `end` is appended to every sequence, unless it is kNoToken. The samplers must outlive the plan.
  SequencePlan(const TrainParams& params, TokenId end, const NegativeSampler& sampler, const Subsampler& subsampler);

  void clear();

  // Clears the plan for the block that holds the record of `key`.
  void begin_block(const RandomKey& key);

  // Appends the sequence of `key` as subsampling, order, window radii and negative samples fall. Adds nothing if fewer
  // than two tokens are left.
  void draw(std::span<const TokenId> sequence, const RandomKey& key, float learning_rate);

  // To be called when the block is complete.
  void finish_block();

  // The tokens whose output rows the plan uses, some of them twice. It uses the input rows of tokens().
  std::span<const TokenId> output_tokens() const { return output_tokens_; }

  // Touches every row that training the plan may change, and looks up input_rows() and outputs(): rows of the tables of
  // `model`, valid in this round.
  void bind(RoundModel& model);

  std::span<const CentreGroup> groups() const { return groups_; }
  std::span<const TokenId> tokens() const { return tokens_; }
  std::span<const std::uint32_t> input_rows() const { return input_rows_; }  // of the tokens

  // The window of the centre at `position` of a group.
  Window window(const CentreGroup& group, std::uint32_t position) const {
    const std::uint32_t radius = radius_[position];
    return {position - std::min(position - group.begin, radius), std::min(group.end, position + radius + 1)};
  }

  // A list of output rows. CBOW: the centre, then its negative samples, none of them the centre. Skip-gram: the
  // negative samples, then the centres.
  std::span<const std::uint32_t> outputs(std::size_t list) const {
    return std::span(outputs_).subspan(output_begin_[list], output_begin_[list + 1] - output_begin_[list]);
  }

  // The number of output rows of a group, in all of its lists, which follow those of the group before; 0 if there is
  // no such group.
  std::size_t outputs_of_group(std::size_t g) const {
    if (g >= groups_.size()) return 0;
    const std::size_t end = g + 1 < groups_.size() ? output_begin_[groups_[g + 1].lists] : outputs_.size();
    return end - output_begin_[groups_[g].lists];
  }

  // All lists, one after the other, and where one of them begins; the list after the last begins at the end.
  std::span<const std::uint32_t> all_outputs() const { return outputs_; }
  std::uint32_t outputs_begin(std::size_t list) const { return static_cast<std::uint32_t>(output_begin_[list]); }

 private:
  void append_tokens(std::span<const TokenId> sequence, RandomStream& random);
  void append_groups(std::uint32_t begin, float learning_rate, RandomStream& random);
  void draw_negatives(CentreGroup& group, RandomStream& random);
  std::uint32_t pool_at(std::size_t position);
  std::size_t words_of_list() const { return (negatives_of_list(*params_) + std::size_t{7}) / 8; }
  std::uint32_t* bind_negatives(const CentreGroup& group, std::size_t list, std::uint32_t other_than,
                                std::uint32_t* next) const;
  std::uint32_t* bind_cbow(const CentreGroup& group, std::uint32_t* next);
  std::uint32_t* bind_skipgram(const CentreGroup& group, std::uint32_t* next);
  void bind_outputs();

  const TrainParams* params_;
  TokenId end_;
  const NegativeSampler* sampler_;
  const Subsampler* subsampler_;
  RandomKey block_;
  std::vector<NegativePool> pools_;  // by position / kPoolPositions
  std::size_t pools_in_use_ = 0;
  std::vector<TokenId> tokens_;
  std::vector<std::uint32_t> radius_;  // of each token as a centre
  std::vector<CentreGroup> groups_;
  std::vector<std::uint64_t> slots_;  // of the group's pool: a byte for each negative of a list, in whole words
  std::vector<std::uint32_t> outputs_;
  std::vector<std::size_t> output_begin_;  // of each list in outputs_, and the end
  std::vector<TokenId> output_tokens_;
  std::vector<std::uint32_t> input_rows_, centre_rows_;  // of the tokens in both matrices
};

}  // namespace linktrail
