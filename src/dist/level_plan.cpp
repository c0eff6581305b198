#include "dist/level_plan.h"

#include <algorithm>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/hash.h"
#include "index/cell_plan.h"

namespace linktrail::dist {

namespace {

// What a row costs at home (choice of links, search), as rows of a leaf that it is compared with.
constexpr std::uint64_t kHomeWork = 6000;

// The rows whose hash is among the lowest `wanted` of `rows`, about.
std::vector<std::uint32_t> draw_sample(std::span<const Qid> labels, std::uint64_t rows, std::uint64_t wanted,
                                       std::uint64_t seed) {
  std::vector<std::uint32_t> drawn;
  const double share = rows == 0 ? 0 : static_cast<double>(wanted) / static_cast<double>(rows);
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    const std::uint64_t hash = mix64(mix64(static_cast<std::uint64_t>(labels[i]) + 1) ^ mix64(seed));
    if (wanted >= rows || static_cast<double>(hash >> 11) * 0x1p-53 < share) drawn.push_back(i);
  }
  return drawn;
}

// Collective. Everyone's sampled rows by label.
Matrix gather_sample(MatrixView rows, std::span<const Qid> labels, std::span<const std::uint32_t> drawn,
                     const comm::Communicator& comm) {
  std::vector<Qid> own_labels;
  std::vector<float> floats;
  for (const std::uint32_t i : drawn) {
    own_labels.push_back(labels[i]);
    floats.insert(floats.end(), rows.row(i).begin(), rows.row(i).end());
  }
  const std::vector<Qid> all_labels = comm::all_gather(std::span<const Qid>(own_labels), comm);
  const std::vector<float> all_floats = comm::all_gather(std::span<const float>(floats), comm);
  std::vector<std::uint32_t> order(all_labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return all_labels[i]; });
  Matrix sample(order.size(), rows.dim);
  for (std::size_t i = 0; i < order.size(); ++i)
    std::copy_n(all_floats.data() + order[i] * rows.dim, rows.dim, sample.row_data(i));
  return sample;
}

// Collective. Work of each cell, estimated from the rows of its leaves.
std::vector<std::uint64_t> work_of_cells(const LevelPlan& plan, const comm::Communicator& comm) {
  const std::size_t leaves = plan.partition.leaves();
  std::vector<std::uint64_t> rows(2 * leaves, 0);  // members of each leaf, then rows at home
  for (std::size_t i = 0; i < plan.leaves_of_row.size(); ++i) {
    ++rows[plan.leaves_of_row[i]];
    if (i % plan.overlap() == 0) ++rows[leaves + plan.leaves_of_row[i]];
  }
  comm::all_reduce(std::span<std::uint64_t>(rows), comm::ReduceOp::kSum, comm);
  const auto begin = plan.partition.leaf_begin();
  std::vector<std::uint64_t> work(plan.partition.cells(), 0);
  for (std::size_t cell = 0; cell < work.size(); ++cell)
    for (LeafId leaf = begin[cell]; leaf < begin[cell + 1]; ++leaf)
      work[cell] += rows[leaf] * rows[leaf] + rows[leaves + leaf] * kHomeWork;
  return work;
}

}  // namespace

int LevelPlan::owner_of_cell(std::size_t cell) const {
  return static_cast<int>(std::upper_bound(first_cell.begin(), first_cell.end() - 1, cell) - first_cell.begin()) - 1;
}

std::size_t LevelPlan::cell_of(LeafId leaf) const {
  const auto begin = partition.leaf_begin();
  return static_cast<std::size_t>(std::ranges::upper_bound(begin, leaf) - begin.begin()) - 1;
}

int LevelPlan::owner_of_leaf(LeafId leaf) const { return owner_of_cell(cell_of(leaf)); }

LevelPlan plan_level(MatrixView my_rows, std::span<const Qid> my_labels, const LeafParams& params, std::uint64_t seed,
                     const comm::Communicator& comm) {
  const std::uint64_t rows = comm::all_reduce(std::uint64_t{my_rows.rows}, comm::ReduceOp::kSum, comm);
  const auto drawn = draw_sample(my_labels, rows, sample_size(rows, params), seed);
  const Matrix sample = gather_sample(my_rows, my_labels, drawn, comm);
  LevelPlan plan = comm::agreed(comm, [&] {
    LevelPlan made{.partition = LeafPartition(sample, rows, params), .first_cell = {}, .leaves_of_row = {}};
    made.leaves_of_row = made.partition.assign(my_rows);
    return made;
  });
  const std::vector<std::uint64_t> work = work_of_cells(plan, comm);
  plan.first_cell = pack_cells(work, static_cast<std::size_t>(comm.size()));
  plan.imbalance = imbalance(work, plan.first_cell);
  return plan;
}

}  // namespace linktrail::dist
