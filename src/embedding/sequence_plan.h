// What a stretch of the corpus is trained with: every random draw is made before the arithmetic, so that rows can be
// fetched ahead of their use and marked for the other ranks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/random.h"
#include "embedding/model.h"
#include "embedding/negative_pool.h"
#include "embedding/negative_sampler.h"
#include "embedding/params.h"
#include "embedding/subsampler.h"

namespace linktrail {

// Neighbouring centres that share their negative samples in skip-gram. More would be faster and cost recall@10 on
// large corpora (docs/numerics.md).
inline constexpr std::uint32_t kSharingCentres = 2;

// What is trained at a time: one centre (CBOW), or up to kSharingCentres neighbouring ones of one sequence (skip-gram).
struct CentreGroup {
  std::uint32_t begin = 0;  // the sequence is tokens [begin, end) of the plan
  std::uint32_t end = 0;
  std::uint32_t first = 0;  // its centres are tokens [first, first + count)
  std::uint32_t count = 0;
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
  // Records of a block. A skip-gram group draws as many negatives as one CBOW centre, so its blocks are larger.
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

  // Marks what training the plan may change: every token is a centre and a context of its neighbour.
  void mark(ModelTouches& touches) const;

  // The rows of the output matrix that the plan uses, some of them twice. Those of the input matrix are its tokens.
  std::span<const TokenId> output_rows() const { return output_rows_; }

  std::span<const CentreGroup> groups() const { return groups_; }
  std::span<const TokenId> tokens() const { return tokens_; }

  // The window of the centre at `position` of a group.
  Window window(const CentreGroup& group, std::uint32_t position) const {
    const std::uint32_t radius = radius_[position];
    return {position - std::min(position - group.begin, radius), std::min(group.end, position + radius + 1)};
  }

  // The output rows of a group. CBOW: the centre, then its negative samples, none of them the centre. Skip-gram: the
  // negative samples, then the centres.
  std::span<const TokenId> outputs(std::size_t group) const {
    return std::span(outputs_).subspan(output_begin_[group], output_begin_[group + 1] - output_begin_[group]);
  }

  // Collects output_rows(); call it when the block is complete.
  void finish_block();

 private:
  void append_tokens(std::span<const TokenId> sequence, RandomStream& random);
  void append_groups(std::uint32_t begin, float learning_rate, RandomStream& random);
  void append_outputs(const CentreGroup& group, RandomStream& random);
  void append_negatives(TokenId other_than, NegativePool& pool, RandomStream& random);
  NegativePool& pool_at(std::size_t position);

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
  std::vector<TokenId> outputs_;
  std::vector<std::size_t> output_begin_;  // of each group in outputs_, and the end
  std::vector<TokenId> output_rows_;
};

}  // namespace linktrail
