// How long rows may be: when training starts from an earlier model, and once on the way of a new one.
//
// A model that has been trained for long is sure of itself: its rows are long, the sigmoids of their scores flat, and
// what follows changes little of what it has by chance. Shorter rows keep their directions and learn again: "shrink and
// perturb" without the latter (Ash & Adams, On Warm-Starting Neural Network Training, NeurIPS 2020). To change a bound
// of a warm start is to raise dist::kWarmStartVersion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "core/matrix.h"
#include "embedding/params.h"

namespace linktrail {

// Euclidean lengths, > 0; no bound unless set.
struct RowLengths {
  float input = std::numeric_limits<float>::infinity();
  float output = std::numeric_limits<float>::infinity();
};

// What the rows of an earlier model may have at most when training goes on from it.
struct WarmLengths {
  RowLengths any = {};   // every row
  RowLengths once = {};  // a row whose article the new sequences have once; the square root of their number times as
                         // much where they have it more often: of frequent articles an epoch says more
};

// What a model of sessions should start with, whose articles are seen `tokens_a_row` times on average; measured
// (docs/numerics.md, "Warm start").
WarmLengths warm_row_lengths(Architecture architecture, double tokens_a_row);

// When the rows of a model that started from nothing are shortened, and to what.
struct Shortening {
  std::uint32_t after_epochs = 0;  // 0: never
  RowLengths longest = {};
};

// What is best for a model of sequences; measured (docs/numerics.md, "Shorter rows").
Shortening shortening_of(Architecture architecture, std::uint32_t epochs);

// Brings rows [begin, end) that are longer than `longest` to that length. Rows that are not finite stay so.
void shorten_rows(Matrix& matrix, std::size_t begin, std::size_t end, float longest);

// The same with a bound for each row, `once` times the square root of its count, which is > 0. Rows that have none, as
// that of the end of a sequence, stay as they are.
void shorten_rows_by_count(Matrix& matrix, std::size_t begin, std::size_t end, float once,
                           std::span<const std::uint64_t> counts);

}  // namespace linktrail
