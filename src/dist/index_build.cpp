// build_index(): the order of the steps, the way of the rows to their shards, and the report.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "core/error.h"
#include "core/hash.h"
#include "dist/index.h"
#include "dist/index_steps.h"
#include "index/hnswlib_adapter.h"
#include "index/sharded_build.h"

namespace linktrail::dist {

namespace {

// Adds the time of its life to a field of IndexSeconds.
class PhaseTimer {
 public:
  explicit PhaseTimer(double& seconds) : seconds_(seconds) {}
  ~PhaseTimer() { seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Rows with equal values must have equal bits to meet on a rank: adding 0 turns -0 into 0.
Matrix normalized_copy(MatrixView rows) {
  Matrix copy(rows.rows, rows.dim);
  for (std::size_t i = 0; i < rows.rows; ++i)
    std::ranges::transform(rows.row(i), copy.row_data(i), [](float x) { return x + 0.0F; });
  normalize_rows(copy);
  return copy;
}

void check_input(MatrixView rows, std::span<const Qid> qids, const IndexParams& params,
                 const comm::Communicator& comm) {
  comm::agreed(comm, [&] {
    check(params.hnsw);
    check(sized(params.cells, 0).leaf);
    if (params.merge.search_ef == 0 || params.batch_rows == 0)
      throw UsageError("index: the beam of the merge and its batches must be at least 1");
    if (rows.rows != qids.size())
      throw UsageError(fmt::format("index: {} vectors but {} QIDs", rows.rows, qids.size()));
    if (!all_finite(rows)) throw InputError("index: a vector is not finite; the model that made it has diverged");
    if (std::ranges::any_of(qids, [](Qid qid) { return qid < 0; })) throw InputError("index: a QID is below 0");
  });
  // Ranks without rows may not know the dim.
  const auto dim = rows.rows > 0 ? static_cast<std::int64_t>(rows.dim) : -1;
  const auto largest = comm::all_reduce(dim, comm::ReduceOp::kMax, comm);
  comm::agreed(comm, [&] {
    if (dim != -1 && dim != largest)
      throw UsageError(fmt::format("index: rows of {} floats here and of {} on another rank", dim, largest));
  });
}

void check_labels_are_distinct(std::span<const Qid> qids, const comm::Communicator& comm) {
  auto owned = comm::exchange_by_owner(
                   qids, [&](Qid qid) { return owner_of(qid, comm.size()); }, comm)
                   .data;
  comm::agreed(comm, [&] {
    std::ranges::sort(owned);
    if (const auto twice = std::ranges::adjacent_find(owned); twice != owned.end())
      throw InputError(fmt::format("index: Q{} has two vectors, expected one; make its rows distinct first", *twice));
  });
}

std::size_t common_dim(MatrixView rows, const comm::Communicator& comm) {
  const std::uint64_t dim = rows.rows > 0 ? rows.dim : 0;
  return comm::all_reduce(dim, comm::ReduceOp::kMax, comm);
}

void build_sub_index(Shard& shard, const HnswParams& params, const ProgressTracker& progress,
                     std::uint64_t& distances) {
  const Matrix& all = shard.all.vectors;
  const MatrixView distinct{all.data(), shard.rows.distinct, all.dim(), all.stride()};
  const auto labels = std::span<const Qid>(shard.all.labels).first(shard.rows.distinct);
  shard.graph =
      build_with_hnswlib({.vectors = distinct,
                          .labels = labels,
                          .levels = shard_levels(distinct, labels, params),
                          .params = params,
                          .distances = &distances,
                          .done = [&](std::size_t rows) { progress.at(IndexPhase::kBuild, rows, distinct.rows); }});
}

// Gives the copies their place behind the representatives.
HnswGraph with_copies(Shard shard) {
  HnswGraph part = std::move(shard.graph);
  part.vectors = std::move(shard.all.vectors);
  part.labels = std::move(shard.all.labels);
  part.levels.resize(part.labels.size(), 0);
  part.upper_begin.resize(part.labels.size() + 1, part.upper_begin.back());
  NeighborLists links(part.labels.size(), part.links0.capacity());
  for (std::size_t i = 0; i < part.links0.rows(); ++i) links.assign(i, part.links0[i]);
  part.links0 = std::move(links);
  attach_copies(part, shard.rows);
  return part;
}

std::uint64_t count_zero_rows(const HnswGraph& part) {
  std::uint64_t zeros = 0;
  for (std::size_t i = 0; i < part.size(); ++i)
    zeros += std::ranges::all_of(part.vectors.row(i), [](float x) { return x == 0; });
  return zeros;
}

// Collective. A shard a rank, merged with every other (index_merge.cpp).
HnswGraph build_by_random_shards(Shard shard, const IndexParams& params, const IndexObserver& observer,
                                 IndexReport& report, const comm::Communicator& comm) {
  const ProgressTracker progress(observer, comm.size());
  const NodeOwners owners(shard.all.labels.size(), comm);
  std::optional<PhaseTimer> timer(report.seconds.build);
  comm::agreed(comm, [&] { build_sub_index(shard, params.hnsw, progress, report.build_distances); });
  timer.reset();

  if (comm.size() == 1) {
    free_slots(shard.graph, slots_for_copies(shard.rows, params.hnsw.m));
  } else {
    merge_level0(shard, owners, params, progress, report, comm);
    timer.emplace(report.seconds.upper);
    comm::agreed(comm, [&] { progress.at(IndexPhase::kUpper, 0, 1); });
    rebuild_upper_levels(shard.graph, report, comm);
  }
  timer.emplace(report.seconds.repair);
  comm::agreed(comm, [&] { progress.at(IndexPhase::kRepair, 0, 1); });
  HnswGraph part = with_copies(std::move(shard));
  repair_level0(part, owners, report, comm);
  timer.reset();
  comm::agreed(comm, [&] { progress.at(IndexPhase::kRepair, 1, 1); });
  return part;
}

void agree_on_report(IndexReport& report, const comm::Communicator& comm) {
  std::uint64_t sums[] = {report.nodes, report.distinct, report.zero_vectors, report.build_distances,
                          report.merge_distances};
  comm::all_reduce(std::span<std::uint64_t>(sums), comm::ReduceOp::kSum, comm);
  report.nodes = sums[0];
  report.distinct = sums[1];
  report.zero_vectors = sums[2];
  report.build_distances = sums[3];
  report.merge_distances = sums[4];
  report.imbalance = comm::all_reduce(report.imbalance, comm::ReduceOp::kMax, comm);
  IndexSeconds& s = report.seconds;
  double seconds[] = {s.distribute, s.build, s.search, s.prune, s.upper, s.repair};
  comm::all_reduce(std::span<double>(seconds), comm::ReduceOp::kMax, comm);
  s = {seconds[0], seconds[1], seconds[2], seconds[3], seconds[4], seconds[5]};
}

}  // namespace

Shard distribute_by_value(MatrixView my_vectors, std::span<const Qid> my_qids, const comm::Communicator& comm) {
  MatrixView view = my_vectors;
  view.dim = common_dim(my_vectors, comm);
  const Matrix rows = normalized_copy(view);
  std::vector<int> target;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    target.push_back(static_cast<int>(vector_hash(rows.row(i)) % static_cast<std::uint64_t>(comm.size())));
  const LabeledRows received = send_rows(rows, my_qids, target, comm);

  Shard shard;
  shard.rows = find_duplicates(received.vectors, received.labels);
  shard.all.vectors = gather_rows(received.vectors, shard.rows.order);
  for (const std::uint32_t row : shard.rows.order) shard.all.labels.push_back(received.labels[row]);
  return shard;
}

namespace {

Shard take_in(MatrixView my_vectors, std::span<const Qid> my_qids, const IndexParams& params, IndexReport& report,
              const comm::Communicator& comm) {
  check_input(my_vectors, my_qids, params, comm);
  check_labels_are_distinct(my_qids, comm);
  const PhaseTimer timer(report.seconds.distribute);
  return distribute_by_value(my_vectors, my_qids, comm);
}

BuiltIndex build_of(Shard shard, IndexReport report, const IndexParams& params, const comm::Communicator& comm,
                    const IndexObserver& observer) {
  BuiltIndex built;
  report.distinct = shard.rows.distinct;
  built.part = params.sharding == Sharding::kCells
                   ? build_by_cells(std::move(shard), params, observer, report, comm)
                   : build_by_random_shards(std::move(shard), params, observer, report, comm);
  report.nodes = built.part.size();
  report.zero_vectors = count_zero_rows(built.part);
  agree_on_report(report, comm);
  built.report = report;
  return built;
}

}  // namespace

BuiltIndex build_index(MatrixView my_vectors, std::span<const Qid> my_qids, const IndexParams& params,
                       const comm::Communicator& comm, const IndexObserver& observer) {
  IndexReport report;
  Shard shard = take_in(my_vectors, my_qids, params, report, comm);
  return build_of(std::move(shard), report, params, comm, observer);
}

BuiltIndex build_index(Matrix&& my_vectors, std::span<const Qid> my_qids, const IndexParams& params,
                       const comm::Communicator& comm, const IndexObserver& observer) {
  IndexReport report;
  Shard shard = take_in(my_vectors, my_qids, params, report, comm);
  my_vectors = Matrix();
  return build_of(std::move(shard), report, params, comm, observer);
}

}  // namespace linktrail::dist
