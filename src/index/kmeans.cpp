#include "index/kmeans.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "index/distance.h"

namespace linktrail {

namespace {

struct Scored {
  float score = 0;
  std::uint32_t center = 0;
};

// Insertion into a short list sorted by falling score; of equal scores the lower number stays in front.
void offer(std::span<Scored> best, const Scored& candidate) {
  if (!(candidate.score > best.back().score)) return;
  std::size_t at = best.size() - 1;
  for (; at > 0 && candidate.score > best[at - 1].score; --at) best[at] = best[at - 1];
  best[at] = candidate;
}

// Rows that stand at equal steps in the sample.
Matrix first_centers(MatrixView rows, std::size_t centers) {
  Matrix result(centers, rows.dim);
  for (std::size_t c = 0; c < centers; ++c) std::ranges::copy(rows.row(c * rows.rows / centers), result.row_data(c));
  return result;
}

void move_centers(MatrixView rows, std::span<const std::uint32_t> nearest, Matrix& centers) {
  std::vector<double> sums(centers.rows() * rows.dim, 0.0);
  std::vector<std::uint32_t> counts(centers.rows(), 0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    double* sum = sums.data() + nearest[i] * rows.dim;
    const float* row = rows.row_data(i);
    for (std::size_t d = 0; d < rows.dim; ++d) sum[d] += row[d];
    ++counts[nearest[i]];
  }
  for (std::size_t c = 0; c < centers.rows(); ++c)
    for (std::size_t d = 0; d < rows.dim && counts[c] > 0; ++d)
      centers.row_data(c)[d] = static_cast<float>(sums[c * rows.dim + d] / counts[c]);
}

}  // namespace

NearestCenters::NearestCenters(MatrixView centers) : centers_(centers), half_squares_(centers.rows) {
  const DotKernel dot = best_dot_kernel();
  for (std::size_t c = 0; c < centers.rows; ++c)
    half_squares_[c] = dot(centers.row_data(c), centers.row_data(c), centers.stride) / 2;
}

std::vector<std::uint32_t> NearestCenters::find(MatrixView rows, std::size_t width) const {
  width = std::min(width, centers_.rows);
  std::vector<std::uint32_t> result(rows.rows * width);
  std::vector<Scored> best(width);
  for_each_score(rows, [&](std::size_t row, std::span<const float> scores) {
    std::ranges::fill(best, Scored{-std::numeric_limits<float>::infinity(), 0});
    for (std::uint32_t c = 0; c < scores.size(); ++c) offer(best, {scores[c], c});
    for (std::size_t i = 0; i < width; ++i) result[row * width + i] = best[i].center;
  });
  return result;
}

Matrix kmeans(MatrixView rows, std::size_t centers, std::size_t iterations) {
  Matrix result = first_centers(rows, std::min(centers, rows.rows));
  for (std::size_t i = 0; i < iterations; ++i) {
    const std::vector<std::uint32_t> nearest = NearestCenters(result).find(rows, 1);
    move_centers(rows, nearest, result);
  }
  return result;
}

std::vector<std::uint32_t> greedy_tour(MatrixView centers, std::span<const float> start) {
  std::vector<std::uint32_t> left(centers.rows);
  std::iota(left.begin(), left.end(), 0U);
  std::vector<std::uint32_t> tour;
  const auto distance = [&](std::span<const float> from, std::uint32_t center) {
    float sum = 0;
    for (std::size_t d = 0; d < from.size(); ++d) {
      const float difference = from[d] - centers.row(center)[d];
      sum += difference * difference;
    }
    return sum;
  };
  for (std::span<const float> from = start; !left.empty(); from = centers.row(tour.back())) {
    const auto next = std::ranges::min_element(left, {}, [&](std::uint32_t c) { return distance(from, c); });
    tour.push_back(*next);
    left.erase(next);  // keeps the rest in order, so that ties always fall the same way
  }
  return tour;
}

}  // namespace linktrail
