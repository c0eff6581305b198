#include "index/sub_index.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/lazy_memory.h"
#include "index/distance.h"
#include "index/hnswlib_adapter.h"
#include "index/kmeans.h"
#include "index/leaf_knn.h"

namespace linktrail {

namespace {

// A leaf may be so many times as large as leaves are on average before it is split: its cost grows with the square.
constexpr std::size_t kMostTimes = 2;

void copy_rows(MatrixView rows, std::span<const std::uint32_t> wanted, Matrix& to) {
  for (std::size_t i = 0; i < wanted.size(); ++i) std::copy_n(rows.row_data(wanted[i]), rows.stride, to.row_data(i));
}

Matrix gather(MatrixView rows, std::span<const std::uint32_t> wanted) {
  Matrix result(wanted.size(), rows.dim);
  copy_rows(rows, wanted, result);
  return result;
}

// Memory for one matrix at a time, used again and again: new pages for every leaf cost as much as choosing does.
class MatrixScratch {
 public:
  // The matrix is valid until the next call.
  Matrix take(std::size_t rows, std::size_t dim) {
    const std::size_t bytes = rows * padded_dim(dim) * sizeof(float);
    if (bytes > bytes_) {
      memory_ = reserve_zeroed(bytes);
      bytes_ = bytes;
    }
    return {rows, dim, memory_};
  }

 private:
  std::shared_ptr<void> memory_;
  std::size_t bytes_ = 0;
};

class LeafSubIndex : public SubIndex {
 public:
  LeafSubIndex(const LeafParams& params, std::size_t neighbors)
      : most_(kMostTimes * params.leaf_rows), knn_(neighbors) {}

  void find_neighbors(const CellRows& cell, const NeighborLimit& limit, const NeighborSink& sink) override {
    for (std::size_t l = 0; l + 1 < cell.leaf_begin.size(); ++l)
      find_in_leaf(cell, cell.members.subspan(cell.leaf_begin[l], cell.leaf_begin[l + 1] - cell.leaf_begin[l]), limit,
                   sink);
  }
  std::uint64_t distances() const override { return knn_.distances(); }

 private:
  void find_in_leaf(const CellRows& cell, std::span<const std::uint32_t> members, const NeighborLimit& limit,
                    const NeighborSink& sink) {
    Matrix leaf = scratch_.take(members.size(), cell.rows.dim);
    copy_rows(cell.rows, members, leaf);
    if (members.size() > most_) {
      for (const std::vector<std::uint32_t>& part : split_leaf(leaf, most_)) {
        std::vector<std::uint32_t> own;
        for (const std::uint32_t i : part) own.push_back(members[i]);
        find_in_leaf(cell, own, limit, sink);
      }
      return;
    }
    knn_.run(
        leaf, [&](std::size_t row) { return limit(members[row]); },
        [&](std::size_t row, std::span<const Neighbor> nearest) {
          named_.clear();
          for (const Neighbor& near : nearest) named_.push_back({near.distance, cell.ids[members[near.id]]});
          sink(members[row], named_);  // sorted still: members rise
        });
  }

  std::size_t most_;
  MatrixScratch scratch_;
  LeafKnn knn_;
  std::vector<Neighbor> named_;
};

class HnswlibSubIndex : public SubIndex {
 public:
  explicit HnswlibSubIndex(const HnswParams& params) : params_(params) {}

  void find_neighbors(const CellRows& cell, const NeighborLimit& /*limit*/, const NeighborSink& sink) override {
    const std::vector<Qid> labels(cell.ids.begin(), cell.ids.end());
    const HnswGraph graph = build_with_hnswlib(
        {.vectors = cell.rows, .labels = labels, .levels = {}, .params = params_, .distances = &distances_});
    const DotKernel dot = best_dot_kernel();
    for (std::size_t row = 0; row < graph.size(); ++row) {
      named_.clear();
      for (const NodeId other : graph.links0[row])
        named_.push_back(
            {1.0F - dot(cell.rows.row_data(row), cell.rows.row_data(other), cell.rows.stride), cell.ids[other]});
      distances_ += named_.size();
      std::ranges::sort(named_);
      sink(row, named_);
    }
  }
  std::uint64_t distances() const override { return distances_; }

 private:
  HnswParams params_;
  std::vector<Neighbor> named_;
  std::uint64_t distances_ = 0;
};

// Each row to its two nearest centres.
std::vector<std::vector<std::uint32_t>> split_by_means(MatrixView rows, std::size_t parts) {
  constexpr std::size_t kIterations = 3;
  constexpr std::size_t kOverlap = 2;
  const Matrix centers = kmeans(rows, parts, kIterations);
  const std::vector<std::uint32_t> nearest = NearestCenters(centers).find(rows, kOverlap);
  std::vector<std::vector<std::uint32_t>> result(centers.rows());
  for (std::uint32_t i = 0; i < nearest.size(); ++i)
    result[nearest[i]].push_back(static_cast<std::uint32_t>(i / kOverlap));
  return result;
}

std::vector<std::vector<std::uint32_t>> split_by_position(std::size_t rows, std::size_t most) {
  std::vector<std::vector<std::uint32_t>> result;
  for (std::size_t begin = 0; begin < rows; begin += most) {
    result.emplace_back(std::min(most, rows - begin));
    std::iota(result.back().begin(), result.back().end(), static_cast<std::uint32_t>(begin));
  }
  return result;
}

}  // namespace

std::unique_ptr<SubIndex> make_sub_index(const SubIndexParams& params) {
  if (params.engine == SubIndexEngine::kLeaf) return std::make_unique<LeafSubIndex>(params.leaf, params.neighbors);
  return std::make_unique<HnswlibSubIndex>(params.hnsw);
}

std::vector<std::vector<std::uint32_t>> split_leaf(MatrixView rows, std::size_t most) {
  // Twice as many parts as would hold the rows, since each row goes to two, and half as many again, since parts differ.
  std::vector<std::vector<std::uint32_t>> parts = split_by_means(rows, 3 * rows.rows / most + 1);
  std::vector<std::vector<std::uint32_t>> result;
  for (std::vector<std::uint32_t>& part : parts) {
    if (part.size() <= most) {
      if (!part.empty()) result.push_back(std::move(part));
      continue;
    }
    const bool smaller = part.size() * 4 < rows.rows * 3;
    const auto finer = smaller ? split_leaf(gather(rows, part), most) : split_by_position(part.size(), most);
    for (const std::vector<std::uint32_t>& positions : finer) {
      result.emplace_back();
      for (const std::uint32_t i : positions) result.back().push_back(part[i]);
    }
  }
  return result;
}

}  // namespace linktrail
