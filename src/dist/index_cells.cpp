// build_by_cells(): rows move to the cells where they are at home and are numbered there; then level by level, from the
// top.
#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/exchange.h"
#include "dist/index_placement.h"
#include "dist/index_steps.h"
#include "dist/level_build.h"
#include "dist/level_repair.h"
#include "index/duplicates.h"
#include "index/sharded_build.h"

namespace linktrail::dist {

namespace {

using Clock = std::chrono::steady_clock;

constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A level >= 1 of this rank.
struct Upper {
  std::vector<std::uint32_t> rows;  // of the representatives; row i of the level is rows[i]
  NeighborTable found{0, 1};        // links as chosen, with distances; ids of representatives
  NeighborLists lists;              // the same, repaired
};

NodeId id_of(NodeId id) { return id; }
NodeId id_of(const Neighbor& neighbor) { return neighbor.id; }

// Collective. Gives the ids in lists other names: node i of this rank is names[i]. Names rise with ids over all ranks.
template <class Lists>
void rename(Lists& lists, std::span<const NodeId> names, const NodeOwners& owners, const comm::Communicator& comm) {
  const NodeId first = owners.first(comm.rank());
  const auto is_local = [&](NodeId id) { return id >= first && id - first < names.size(); };
  std::vector<NodeId> away;
  for (std::size_t row = 0; row < lists.rows(); ++row)
    for (const auto& entry : std::as_const(lists)[row])
      if (!is_local(id_of(entry))) away.push_back(id_of(entry));
  std::ranges::sort(away);
  away.erase(std::unique(away.begin(), away.end()), away.end());
  const auto away_names = fetch_values<NodeId>(
      away, 1, [&](std::size_t row, std::vector<NodeId>& answers) { answers.push_back(names[row]); }, owners, comm);
  const auto name_of = [&](NodeId id) {
    if (is_local(id)) return names[id - first];
    return away_names[static_cast<std::size_t>(std::ranges::lower_bound(away, id) - away.begin())];
  };
  for (std::size_t row = 0; row < lists.rows(); ++row)
    for (std::size_t i = 0; i < std::as_const(lists)[row].size(); ++i)
      lists.replace(row, i, name_of(id_of(std::as_const(lists)[row][i])));
}

NeighborLists lists_of(const NeighborTable& table) {
  NeighborLists lists(table.rows(), table.capacity());
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (const Neighbor& neighbor : table[row]) lists.push_back(row, neighbor.id);
  return lists;
}

class CellsBuild {
 public:
  CellsBuild(const IndexParams& params, const IndexObserver& observer, IndexReport& report,
             const comm::Communicator& comm)
      : params_(params), observer_(observer), report_(report), comm_(comm) {}

  HnswGraph run(Shard shard);

 private:
  void prepare(Shard shard);
  void build_upper_levels();
  void build_upper_level(std::uint32_t level, std::span<const std::uint32_t> above, LevelCosts& costs);
  NeighborLists build_level0();
  void name_nodes(NeighborLists& links0);
  HnswGraph assemble(const NeighborLists& links0);
  void repair(HnswGraph& part);

  LevelParams level_params(std::uint32_t capacity, const CellParams& cells) const;
  LevelParams upper_params(std::uint64_t rows) const;
  ExtraLinks links_of_upper_levels() const;
  std::vector<NodeId> names_of(std::span<const std::uint32_t> representatives) const;
  std::vector<std::uint32_t> everyone() const;
  bool is_entry(std::uint32_t representative) const;
  LevelDone progress(std::string_view phase, double from, double to) const;

  const IndexParams& params_;
  const IndexObserver& observer_;
  IndexReport& report_;
  const comm::Communicator& comm_;
  LevelPlan plan_;
  Placed placed_;
  Matrix gathered_;          // the representatives' rows where some rows are copies
  MatrixView distinct_;      // the representatives' rows
  std::vector<Qid> labels_;  // of the representatives
  std::vector<std::uint8_t> levels_;
  std::optional<NodeOwners> owners_;  // of representatives
  std::optional<NodeOwners> nodes_;   // of nodes
  std::vector<Upper> upper_;          // level l is upper_[l - 1]
  NodeId entry_ = 0;                  // a representative's number, after name_nodes() the node's
  std::uint64_t upper_repairs_ = 0;
};

LevelDone CellsBuild::progress(std::string_view phase, double from, double to) const {
  return [this, phase, from, to](double share) {
    if (observer_) observer_({phase, from + (to - from) * share});
  };
}

LevelParams CellsBuild::level_params(std::uint32_t capacity, const CellParams& cells) const {
  HnswParams hnsw = params_.hnsw;
  hnsw.ef_construction = cells.ef_construction;
  return {.capacity = capacity,
          .candidates = cells.candidates,
          .fill = std::min(cells.fill, capacity / 2),
          .slack = cells.slack,
          .sub_index = {.engine = cells.engine, .leaf = cells.leaf, .neighbors = cells.neighbors, .hnsw = hnsw},
          .refine = cells.refine,
          .batch_rows = params_.batch_rows};
}

// Of `rows` over all ranks.
LevelParams CellsBuild::upper_params(std::uint64_t rows) const {
  LevelParams params = level_params(params_.hnsw.m, sized_above(params_.cells, rows));
  params.candidates = std::max(params.candidates, params_.hnsw.ef_construction);
  return params;
}

void CellsBuild::prepare(Shard shard) {
  const auto start = Clock::now();
  const Matrix& all = shard.all.vectors;
  const MatrixView distinct{all.data(), shard.rows.distinct, all.dim(), all.stride()};
  const auto labels = std::span<const Qid>(shard.all.labels).first(shard.rows.distinct);
  const std::uint64_t rows = comm::all_reduce(std::uint64_t{distinct.rows}, comm::ReduceOp::kSum, comm_);
  plan_ = plan_level(distinct, labels, sized(params_.cells, rows).leaf, params_.hnsw.seed, comm_);
  placed_ = place(std::move(shard), plan_, comm_);
  plan_.leaves_of_row = std::move(placed_.leaves);
  for (const std::uint32_t row : placed_.representatives) labels_.push_back(placed_.all.labels[row]);
  distinct_ = placed_.all.vectors;
  if (labels_.size() < placed_.all.labels.size()) {
    gathered_ = gather_rows(placed_.all.vectors, placed_.representatives);
    distinct_ = gathered_;
  }
  levels_ = shard_levels(distinct_, labels_, params_.hnsw);
  owners_.emplace(labels_.size(), comm_);
  nodes_.emplace(placed_.all.labels.size(), comm_);
  report_.cells = plan_.partition.cells();
  report_.leaves = plan_.partition.leaves();
  report_.imbalance = plan_.imbalance;
  report_.seconds.distribute += seconds_since(start);
}

std::vector<NodeId> CellsBuild::names_of(std::span<const std::uint32_t> representatives) const {
  std::vector<NodeId> names;
  for (const std::uint32_t row : representatives) names.push_back(owners_->first(comm_.rank()) + row);
  return names;
}

// Collective. Links of one level >= 1, which `above` (rows of the level) are entered from.
void CellsBuild::build_upper_level(std::uint32_t level, std::span<const std::uint32_t> above, LevelCosts& costs) {
  Upper& upper = upper_[level - 1];
  const double step = 0.05 / static_cast<double>(upper_.size());
  const double from = 0.05 + step * static_cast<double>(upper_.size() - level);
  const Matrix rows = gather_rows(distinct_, upper.rows);
  std::vector<Qid> labels;
  for (const std::uint32_t row : upper.rows) labels.push_back(labels_[row]);
  const NodeOwners owners(upper.rows.size(), comm_);
  const LevelParams params = upper_params(owners.total());
  const LevelPlan plan = plan_level(rows, labels, params.sub_index.leaf, params_.hnsw.seed, comm_);
  const NodeId first = owners.first(comm_.rank());
  upper.found = build_level({.rows = rows, .owners = &owners, .first = first}, plan, params, {}, {}, costs,
                            progress("upper", from, from + step), comm_);
  upper.lists = lists_of(upper.found);
  const RepairReport repair =
      repair_level({.rows = rows, .lists = &upper.lists, .owners = &owners, .first = first}, above, comm_);
  upper_repairs_ += repair.repaired;
  const std::vector<NodeId> names = names_of(upper.rows);
  rename(upper.found, names, owners, comm_);
  rename(upper.lists, names, owners, comm_);
}

void CellsBuild::build_upper_levels() {
  const auto start = Clock::now();
  std::uint32_t top = 0;
  for (const std::uint8_t level : levels_) top = std::max<std::uint32_t>(top, level);
  top = comm::all_reduce(top, comm::ReduceOp::kMax, comm_);
  upper_.resize(top);
  for (std::uint32_t row = 0; row < levels_.size(); ++row)
    for (std::uint32_t level = 1; level <= levels_[row]; ++level) upper_[level - 1].rows.push_back(row);

  const std::vector<std::uint32_t> all = everyone();
  const std::span<const std::uint32_t> highest = top == 0 ? std::span(all) : std::span(upper_.back().rows);
  const NodeId lowest = highest.empty() ? kNoNode : owners_->first(comm_.rank()) + highest.front();
  entry_ = comm::all_reduce(lowest, comm::ReduceOp::kMin, comm_);

  LevelCosts costs;
  for (std::uint32_t level = top; level > 0; --level) {
    const Upper& upper = upper_[level - 1];
    std::vector<std::uint32_t> above;
    for (std::uint32_t i = 0; i < upper.rows.size(); ++i)
      if (level < top ? levels_[upper.rows[i]] > level : is_entry(upper.rows[i])) above.push_back(i);
    build_upper_level(level, above, costs);
  }
  report_.build_distances += costs.build_distances;
  report_.merge_distances += costs.merge_distances;
  report_.seconds.upper += seconds_since(start);
}

bool CellsBuild::is_entry(std::uint32_t representative) const {
  return owners_->first(comm_.rank()) + representative == entry_;
}

std::vector<std::uint32_t> CellsBuild::everyone() const {
  std::vector<std::uint32_t> rows(labels_.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

// The links that a node has above are long ones at level 0: without them clusters hang together by the upper levels
// alone.
ExtraLinks CellsBuild::links_of_upper_levels() const {
  ExtraLinks extra{.begin = {0}, .links = {}};
  std::vector<std::size_t> next(upper_.size(), 0);
  std::vector<Neighbor> own;
  for (std::uint32_t row = 0; row < levels_.size(); ++row) {
    own.clear();
    for (std::uint32_t level = 0; level < levels_[row]; ++level) {
      const auto links = upper_[level].found[next[level]++];
      own.insert(own.end(), links.begin(), links.end());
    }
    std::ranges::sort(own);
    own.erase(std::unique(own.begin(), own.end()), own.end());
    extra.links.insert(extra.links.end(), own.begin(), own.end());
    extra.begin.push_back(extra.links.size());
  }
  return extra;
}

// Collective. Links of the representatives among each other.
NeighborLists CellsBuild::build_level0() {
  LevelRows level{.rows = distinct_, .owners = &*owners_, .first = owners_->first(comm_.rank())};
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    const auto cell_at = [&](std::size_t i) { return plan_.cell_of(plan_.leaves_of_row[i * plan_.overlap()]); };
    if (row + 1 == labels_.size() || cell_at(row) != cell_at(row + 1)) level.stretch_ends.push_back(row + 1);
  }
  std::vector<std::uint32_t> slots;
  for (std::size_t i = 0; i < labels_.size(); ++i) slots.push_back(slots_for(placed_.copies_of(i), params_.hnsw.m));
  LevelCosts costs;
  const NeighborTable lists =
      build_level(level, plan_, level_params(2 * params_.hnsw.m, sized(params_.cells, owners_->total())),
                  links_of_upper_levels(), slots, costs, progress("build", 0.1, 0.95), comm_);
  report_.build_distances += costs.build_distances;
  report_.merge_distances += costs.merge_distances;
  report_.seconds.build += costs.build_seconds;
  report_.seconds.prune += costs.prune_seconds;
  report_.seconds.search += costs.refine_seconds;
  return lists_of(lists);
}

// Collective. From numbers of representatives to those of nodes, which differ where there are copies.
void CellsBuild::name_nodes(NeighborLists& links0) {
  std::vector<NodeId> names;
  for (const std::uint32_t row : placed_.representatives) names.push_back(nodes_->first(comm_.rank()) + row);
  if (owners_->total() == nodes_->total()) return;
  rename(links0, names, *owners_, comm_);
  for (Upper& upper : upper_) rename(upper.lists, names, *owners_, comm_);
  const NodeId first = owners_->first(comm_.rank());
  NodeId entry = kNoNode;
  if (entry_ >= first && entry_ - first < names.size()) entry = names[entry_ - first];
  entry_ = comm::all_reduce(entry, comm::ReduceOp::kMin, comm_);
}

// This rank's part of the graph, copies included.
HnswGraph CellsBuild::assemble(const NeighborLists& links0) {
  HnswGraph part;
  part.params = params_.hnsw;
  part.first = nodes_->first(comm_.rank());
  part.entry_point = nodes_->total() == 0 ? 0 : entry_;
  part.max_level = nodes_->total() == 0 ? -1 : static_cast<std::int32_t>(upper_.size());
  part.vectors = std::move(placed_.all.vectors);
  part.labels = std::move(placed_.all.labels);
  part.levels.assign(part.labels.size(), 0);
  for (std::size_t i = 0; i < levels_.size(); ++i) part.levels[placed_.representatives[i]] = levels_[i];
  allocate_upper(part);
  part.links0 = NeighborLists(part.labels.size(), links0.capacity());
  std::vector<std::size_t> next(upper_.size(), 0);
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const std::size_t row = placed_.representatives[i];
    part.links0.assign(row, links0[i]);
    for (std::size_t level = 0; level < levels_[i]; ++level)
      part.upper.assign(part.upper_begin[row] + level, std::as_const(upper_[level].lists)[next[level]++]);
  }
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const std::size_t row = placed_.representatives[i];
    const std::size_t end = i + 1 < levels_.size() ? placed_.representatives[i + 1] : part.labels.size();
    if (end - row > 1) attach_copies_of(part, row, row + 1, end - row - 1);
  }
  return part;
}

// Collective. Level 0 of the finished part.
void CellsBuild::repair(HnswGraph& part) {
  const auto start = Clock::now();
  const LevelDone done = progress("repair", 0.95, 1);
  comm::agreed(comm_, [&] { done(0); });
  const LinkedRows level{.rows = part.vectors, .lists = &part.links0, .owners = &*nodes_, .first = part.first};
  report_.connectivity = count_degrees(level, comm_);
  std::vector<std::uint32_t> starts;
  if (part.size() > 0 && part.entry_point >= part.first && part.entry_point - part.first < part.size())
    starts.push_back(part.entry_point - part.first);
  const RepairReport repair = repair_level(level, starts, comm_);
  report_.connectivity.unreachable_before = repair.unreachable_before;
  report_.connectivity.unreachable_after = repair.unreachable_after;
  report_.connectivity.repaired = repair.repaired + upper_repairs_;
  report_.seconds.repair += seconds_since(start);
  comm::agreed(comm_, [&] { done(1); });
}

HnswGraph CellsBuild::run(Shard shard) {
  prepare(std::move(shard));
  build_upper_levels();
  NeighborLists links0 = build_level0();
  name_nodes(links0);
  HnswGraph part = comm::agreed(comm_, [&] { return assemble(links0); });
  repair(part);
  return part;
}

}  // namespace

HnswGraph build_by_cells(Shard shard, const IndexParams& params, const IndexObserver& observer, IndexReport& report,
                         const comm::Communicator& comm) {
  return CellsBuild(params, observer, report, comm).run(std::move(shard));
}

}  // namespace linktrail::dist
