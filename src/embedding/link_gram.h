// The weighted link matrix A of one shard, and its product A^T A with sixteen columns: the work of the spectral
// embedding.
//
// A has a row for each row of links and a column for each token. Row i holds weight_j / norm_i^kRowPower for every link
// j of its set, where norm_i is the length of the row's weights. Neither A nor A X is ever stored: a row is gathered
// and scattered while its links are in cache. 4 bytes a link are read, 64 gathered and 128 scattered for each slice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/sequences.h"

namespace linktrail {

// How much long rows are shortened: at 1 all rows have length 1, at 0 none is changed. docs/adr/0005 has the
// measurement.
inline constexpr double kRowPower = 0.75;

// Columns of one slice: a row of it is one cache line of floats.
inline constexpr std::size_t kSliceColumns = 16;

inline constexpr double kGramUnit = 0x1p-20;

class LinkGram {
 public:
  // `bags` are sets, each ascending; `weights` are above 0, one a token. Both must outlive this. O(links).
  LinkGram(TokenSequencesView bags, std::span<const float> weights);

  // The squared Frobenius norm of A here, in units of kGramUnit, each row rounded: of shards, norms add up exactly.
  std::uint64_t squared_norm() const { return squared_norm_; }

  // reach[t] += the most that a row with token t can add to a sum of t in multiply() for columns of length 1, in units
  // of kGramUnit and rounded up. Of shards, reaches add up; the largest is the bound for fixed_point_scale().
  void add_reach(std::span<std::uint64_t> reach) const;

  // Adds to sums [tokens, 16] this shard's part of A^T A X in fixed point, still without the factor weight of the
  // token: sum over rows with t of (A X)_i / norm_i^kRowPower, times `scale`. `weighted` [tokens, 16] is X, each row
  // times the token's weight. Sums of shards add up to the same whole numbers however the rows are split.
  void multiply(std::span<const float> weighted, double scale, std::span<std::uint64_t> sums) const;

 private:
  TokenSequencesView bags_;
  std::vector<float> norms_;    // [rows]: length of the row's weights
  std::vector<float> factors_;  // [rows]: norm^(-2 kRowPower), of the sum of a row's X in its product
  std::uint64_t squared_norm_ = 0;
};

}  // namespace linktrail
