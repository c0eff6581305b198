#include "index/leaf_partition.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "index/kmeans.h"

namespace linktrail {

namespace {

constexpr std::size_t kIterations = 5;
// Cells whose leaves are looked at for a row.
constexpr std::size_t kCellProbes = 5;
// Rows copied together to be compared with the leaves of a cell: they stay in the cache.
constexpr std::size_t kRowsAtOnce = 512;

Matrix rows_of(MatrixView rows, std::span<const std::uint32_t> wanted) {
  Matrix result(wanted.size(), rows.dim);
  for (std::size_t i = 0; i < wanted.size(); ++i) std::ranges::copy(rows.row(wanted[i]), result.row_data(i));
  return result;
}

std::size_t leaves_for(std::uint64_t rows, const LeafParams& params) {
  if (rows <= params.leaf_rows) return 1;
  return std::max<std::uint64_t>(2, rows * params.overlap / params.leaf_rows);
}

// Every cell has a leaf, so there are no more of them.
std::size_t cells_for(std::uint64_t rows, const LeafParams& params) {
  return std::clamp<std::uint64_t>(rows / params.cell_rows, 1, leaves_for(rows, params));
}

void append_rows(std::vector<float>& flat, MatrixView rows, std::span<const std::uint32_t> order) {
  for (const std::uint32_t i : order) flat.insert(flat.end(), rows.row(i).begin(), rows.row(i).end());
}

Matrix matrix_of(std::span<const float> flat, std::size_t dim) {
  Matrix result(dim == 0 ? 0 : flat.size() / dim, dim);
  for (std::size_t i = 0; i < result.rows(); ++i) std::ranges::copy(flat.subspan(i * dim, dim), result.row_data(i));
  return result;
}

// For each row the leaves of largest score so far, best first.
class LeafChoice {
 public:
  LeafChoice(std::size_t rows, std::size_t width)
      : best_(rows * width, {-std::numeric_limits<float>::infinity(), 0}), width_(width) {}

  void offer(std::size_t row, float score, LeafId leaf) {
    std::pair<float, LeafId>* best = best_.data() + row * width_;
    if (!(score > best[width_ - 1].first)) return;
    std::size_t at = width_ - 1;
    for (; at > 0 && score > best[at - 1].first; --at) best[at] = best[at - 1];
    best[at] = {score, leaf};
  }

  std::vector<LeafId> leaves() const {
    std::vector<LeafId> result(best_.size());
    std::ranges::transform(best_, result.begin(), &std::pair<float, LeafId>::second);
    return result;
  }

 private:
  std::vector<std::pair<float, LeafId>> best_;
  std::size_t width_;
};

// The rows that look into each cell: those of cell c are rows[begin[c] .. begin[c + 1]), rising.
struct Visitors {
  std::vector<std::size_t> begin;
  std::vector<std::uint32_t> rows;
};

Visitors by_cell(std::span<const std::uint32_t> cells_of_rows, std::size_t probes, std::size_t cells) {
  Visitors visitors{.begin = std::vector<std::size_t>(cells + 1, 0),
                    .rows = std::vector<std::uint32_t>(cells_of_rows.size())};
  for (const std::uint32_t cell : cells_of_rows) ++visitors.begin[cell + 1];
  for (std::size_t cell = 0; cell < cells; ++cell) visitors.begin[cell + 1] += visitors.begin[cell];
  std::vector<std::size_t> next = visitors.begin;
  for (std::size_t i = 0; i < cells_of_rows.size(); ++i)
    visitors.rows[next[cells_of_rows[i]]++] = static_cast<std::uint32_t>(i / probes);
  return visitors;
}

}  // namespace

void check(const LeafParams& params) {
  if (params.leaf_rows < 64 || params.overlap < 1 || params.overlap > kMaxOverlap ||
      std::uint64_t{params.cell_rows} * params.overlap < params.leaf_rows || params.sample_rows < 2)
    throw UsageError(
        "index: leaves need at least 64 rows, an overlap of 1 to 16, and cells of at least leaf_rows / overlap rows");
}

std::uint64_t sample_size(std::uint64_t rows, const LeafParams& params) {
  return std::min<std::uint64_t>(rows, leaves_for(rows, params) * params.sample_rows);
}

LeafPartition::LeafPartition(MatrixView sample, std::uint64_t rows, const LeafParams& params) {
  const std::size_t leaves = leaves_for(rows, params);
  const Matrix cells = kmeans(sample, cells_for(rows, params), kIterations);
  const std::vector<std::uint32_t> cell_of = NearestCenters(cells).find(sample, 1);
  std::vector<std::vector<std::uint32_t>> members(cells.rows());
  for (std::uint32_t i = 0; i < cell_of.size(); ++i) members[cell_of[i]].push_back(i);

  std::vector<float> cell_floats;
  std::vector<float> leaf_floats;
  leaf_begin_ = {0};
  for (const std::uint32_t cell : greedy_tour(cells, {})) {
    if (members[cell].empty()) continue;
    const Matrix own = rows_of(sample, members[cell]);
    const double share = static_cast<double>(own.rows()) / static_cast<double>(sample.rows);
    const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(leaves)));
    const Matrix centers = kmeans(own, std::max<std::size_t>(1, wanted), kIterations);
    const std::uint32_t number[] = {cell};
    append_rows(cell_floats, cells, number);
    const auto last = std::span<const float>(leaf_floats).last(std::min(leaf_floats.size(), sample.dim));
    append_rows(leaf_floats, centers, greedy_tour(centers, std::vector<float>(last.begin(), last.end())));
    leaf_begin_.push_back(leaf_begin_.back() + static_cast<LeafId>(centers.rows()));
  }
  cell_centers_ = matrix_of(cell_floats, sample.dim);
  centers_ = matrix_of(leaf_floats, sample.dim);
  overlap_ = std::min<std::size_t>(params.overlap, centers_.rows());
}

std::vector<LeafId> LeafPartition::assign(MatrixView rows) const {
  // Every cell has a leaf, so this many cells have enough of them.
  const std::size_t probes = std::min(std::max(kCellProbes, overlap_), cells());
  const std::vector<std::uint32_t> near = NearestCenters(cell_centers_).find(rows, probes);
  const Visitors visitors = by_cell(near, probes, cells());
  LeafChoice choice(rows.rows, overlap_);
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    const LeafId first = leaf_begin_[cell];
    const NearestCenters leaves(
        {centers_.row_data(first), leaf_begin_[cell + 1] - first, centers_.dim(), centers_.stride()});
    for (std::size_t begin = visitors.begin[cell]; begin < visitors.begin[cell + 1]; begin += kRowsAtOnce) {
      const std::size_t count = std::min(kRowsAtOnce, visitors.begin[cell + 1] - begin);
      const auto own = std::span(visitors.rows).subspan(begin, count);
      leaves.for_each_score(rows_of(rows, own), [&](std::size_t row, std::span<const float> scores) {
        for (LeafId leaf = 0; leaf < scores.size(); ++leaf) choice.offer(own[row], scores[leaf], first + leaf);
      });
    }
  }
  return choice.leaves();
}

}  // namespace linktrail
