// k-means by Lloyd's iterations on a sample; deterministic, the same bits on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "index/packed_rows.h"

namespace linktrail {

// The nearest of a few centres by Euclidean distance. The centres must outlive it.
class NearestCenters {
 public:
  explicit NearestCenters(MatrixView centers);

  // Calls visit(row, scores) for each row in order; the nearer a centre, the larger its score.
  template <class Visit>
  void for_each_score(MatrixView rows, Visit visit) const {
    PackedRows packed;
    packed.pack(centers_);
    packed.for_each_row_of_scores(rows, [&](std::size_t row, std::span<float> scores) {
      for (std::size_t c = 0; c < centers_.rows; ++c) scores[c] -= half_squares_[c];
      visit(row, std::span<const float>(scores).first(centers_.rows));
    });
  }

  // For every row, centre numbers, nearest first; rows x min(width, centres), flat.
  std::vector<std::uint32_t> find(MatrixView rows, std::size_t width) const;

 private:
  MatrixView centers_;
  std::vector<float> half_squares_;  // |c|^2 / 2: the nearest centre has the largest x.c - |c|^2 / 2
};

// At most `centers` centres (fewer rows give fewer). A centre that loses all its rows stays where it was.
Matrix kmeans(MatrixView rows, std::size_t centers, std::size_t iterations);

// The centres in an order in which neighbours are near: always on to the nearest that is left, starting from the one
// nearest to `start` (no floats: from the first).
std::vector<std::uint32_t> greedy_tour(MatrixView centers, std::span<const float> start);

}  // namespace linktrail
