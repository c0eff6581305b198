#include "index/exact_search.h"

#include <Eigen/Core>
#include <algorithm>
#include <limits>

namespace linktrail {

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<const RowMajor, Eigen::Unaligned, Eigen::OuterStride<>>;

// A tile of scores (256 x 2048 floats, 2 MiB) stays in the second-level cache between product and selection.
constexpr std::size_t kQueryTile = 256;
constexpr std::size_t kBaseTile = 2048;

constexpr Neighbor kNone{std::numeric_limits<float>::infinity(), std::numeric_limits<NodeId>::max()};

Rows map_rows(MatrixView view, std::size_t begin, std::size_t count) {
  return {view.row_data(begin), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(view.dim),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(view.stride))};
}

// Calls visit(query, first base row of the tile, scores of the tile's rows) for all tiles; the base runs outside.
template <class Visit>
void for_each_score_tile(MatrixView base, MatrixView queries, Visit visit) {
  RowMajor scores;
  for (std::size_t b = 0; b < base.rows; b += kBaseTile) {
    const std::size_t base_count = std::min(kBaseTile, base.rows - b);
    for (std::size_t q = 0; q < queries.rows; q += kQueryTile) {
      const std::size_t query_count = std::min(kQueryTile, queries.rows - q);
      scores.noalias() = map_rows(queries, q, query_count) * map_rows(base, b, base_count).transpose();
      for (std::size_t i = 0; i < query_count; ++i)
        visit(q + i, b, std::span<const float>(scores.data() + i * base_count, base_count));
    }
  }
}

// Puts `neighbor` into the max-heap `best` in place of the worst if it is better.
void offer(std::span<Neighbor> best, const Neighbor& neighbor) {
  if (!(neighbor < best.front())) return;
  std::pop_heap(best.begin(), best.end());
  best.back() = neighbor;
  std::push_heap(best.begin(), best.end());
}

std::span<Neighbor> row_of(std::vector<Neighbor>& flat, std::size_t row, std::size_t k) {
  return std::span<Neighbor>(flat).subspan(row * k, k);
}

}  // namespace

std::vector<Neighbor> exact_top_k(MatrixView base, NodeId first, MatrixView queries, std::size_t k) {
  std::vector<Neighbor> result(queries.rows * k, kNone);
  if (k == 0) return result;
  for_each_score_tile(base, queries, [&](std::size_t q, std::size_t begin, std::span<const float> scores) {
    const std::span<Neighbor> best = row_of(result, q, k);
    for (std::size_t i = 0; i < scores.size(); ++i)
      offer(best, {1.0F - scores[i], first + static_cast<NodeId>(begin + i)});
  });
  for (std::size_t q = 0; q < queries.rows; ++q) std::ranges::sort(row_of(result, q, k));
  return result;
}

std::vector<Neighbor> merge_top_k(std::span<const Neighbor> parts, std::size_t queries, std::size_t k) {
  std::vector<Neighbor> result(queries * k, kNone);
  if (result.empty()) return result;
  for (std::size_t i = 0; i < parts.size(); ++i) offer(row_of(result, i / k % queries, k), parts[i]);
  for (std::size_t q = 0; q < queries; ++q) std::ranges::sort(row_of(result, q, k));
  return result;
}

std::vector<std::uint64_t> count_above(MatrixView base, NodeId first, MatrixView queries,
                                       std::span<const float> thresholds, std::span<const NodeId> skip) {
  std::vector<std::uint64_t> counts(queries.rows, 0);
  for_each_score_tile(base, queries, [&](std::size_t q, std::size_t begin, std::span<const float> scores) {
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (scores[i] > thresholds[q] && first + begin + i != skip[q]) ++counts[q];
  });
  return counts;
}

}  // namespace linktrail
