// The rotation that brings one set of vectors as close as possible to another: orthogonal Procrustes.
//
// Two trainings place the same articles alike among each other, but in spaces that are turned against each other. Since
// scores are dot products, turning a model changes none of them, and vectors of two months can be compared after it.
// P. H. Schoenemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31 (1966).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"

namespace linktrail {

// An orthogonal matrix (a turn, perhaps with a reflection): a row v becomes v R.
struct Rotation {
  std::size_t dim = 0;
  std::vector<double> values;  // [dim, dim], row after row
};

struct Alignment {
  Rotation rotation;
  double cosine_before = 0;  // mean over the pairs, of the vectors as they were
  double cosine_after = 0;   // and turned
};

// Collects pairs of rows, then finds the rotation R that minimises the sum of |from R - to|^2. Rows count with length
// 1, since neighbours are found by cosine and frequent articles, whose rows are long, would outweigh all others. Memory
// and, a pair, time are O(dim^2); sums are in double, in the order of the calls.
class Procrustes {
 public:
  explicit Procrustes(std::size_t dim) : dim_(dim), covariance_(dim * dim, 0.0) {}

  // Row i of `from` is to come near row i of `to`; both have `dim` columns. A pair with a row of length 0 is left out.
  void add(MatrixView from, MatrixView to);

  std::uint64_t pairs() const { return pairs_; }

  // The best rotation; the identity if there is no pair. With fewer than `dim` pairs it is one of many. O(dim^3).
  Alignment solve() const;

 private:
  std::size_t dim_;
  std::vector<double> covariance_;  // [dim, dim]: sum of from^T to
  std::uint64_t pairs_ = 0;
};

// Turns rows [begin, end). Computed in double, a row at a time independent of the others; padding stays 0.
void rotate(const Rotation& rotation, Matrix& matrix, std::size_t begin, std::size_t end);

}  // namespace linktrail
