// The repair over ranks, on graphs that need it: those that the merge makes seldom do.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "comm/collectives.h"
#include "dist/index_steps.h"
#include "index/hnswlib_file.h"
#include "support/mpi_test.h"
#include "unit/index/clustered_points.h"

namespace linktrail::dist {
namespace {

using test::world;

constexpr std::size_t kDim = 8;
constexpr IndexParams kParams{.hnsw = {.m = 8, .ef_construction = 60, .seed = 4},
                              .sharding = Sharding::kRandom,
                              .cells = {},
                              .merge = {},
                              .batch_rows = 100};

HnswGraph built_part() {
  const Matrix points = make_clustered_points({.count = 500, .dim = kDim, .clusters = 10});
  const bool root = world().is_root();
  return build_index(root ? points.clone() : Matrix(0, kDim), root ? labels_from_1000(500) : std::vector<Qid>{},
                     kParams, world())
      .part;
}

// One of a rank's nodes; every place has another, and none is the entry point.
NodeId node_of(int rank, NodeId place, const NodeOwners& owners, NodeId entry_point) {
  const NodeId node = owners.first(rank % world().size()) + place;
  return node == entry_point ? node + 10 : node;
}

// Nodes of all ranks that no link leads to any more.
struct Damage {
  std::vector<NodeId> orphans;                 // their own links are left, those to them gone
  std::vector<std::array<NodeId, 2>> islands;  // nodes of neighbouring ranks that know only each other
  bool has(NodeId node) const {
    return std::ranges::find(orphans, node) != orphans.end() || island_of(node) != nullptr;
  }
  const std::array<NodeId, 2>* island_of(NodeId node) const {
    for (const auto& island : islands)
      if (island[0] == node || island[1] == node) return &island;
    return nullptr;
  }
};

Damage damage(HnswGraph& part, const NodeOwners& owners) {
  Damage damage;
  for (int rank = 0; rank < world().size(); ++rank) {
    damage.orphans.push_back(node_of(rank, 0, owners, part.entry_point));
    damage.islands.push_back(
        {node_of(rank, 1, owners, part.entry_point), node_of(rank + 1, 2, owners, part.entry_point)});
  }
  for (std::size_t row = 0; row < part.size(); ++row) {
    const auto node = static_cast<NodeId>(part.first + row);
    std::vector<NodeId> links(part.links0[row].begin(), part.links0[row].end());
    if (const auto* island = damage.island_of(node))
      links = {(*island)[0] == node ? (*island)[1] : (*island)[0]};
    else
      std::erase_if(links, [&](NodeId id) { return damage.has(id); });
    part.links0.assign(row, links);
  }
  return damage;
}

// On rank 0 the whole graph, by way of the file; empty elsewhere.
HnswGraph whole_graph(const HnswGraph& part) {
  const test::SharedFolder folder;
  write_index(folder.file("index.hnsw"), part, world());
  HnswGraph whole;
  if (world().is_root()) whole = read_hnswlib_file(folder.file("index.hnsw"), kDim);
  comm::barrier(world());
  return whole;
}

NodeId nearest_sound_node(const HnswGraph& whole, NodeId to, const Damage& damage) {
  const auto dot = [&](NodeId node) {
    return std::inner_product(whole.vectors.row(node).begin(), whole.vectors.row(node).end(),
                              whole.vectors.row(to).begin(), 0.0);
  };
  NodeId best = whole.entry_point;
  for (NodeId node = 0; node < whole.size(); ++node)
    if (damage.island_of(node) == nullptr && dot(node) > dot(best)) best = node;
  return best;
}

TEST(RepairLevel0, ReachesOrphansAndIslandsOfAllRanks) {
  HnswGraph part = built_part();
  const NodeOwners owners(part.size(), world());
  const Damage done = damage(part, owners);
  const auto ranks = static_cast<std::uint64_t>(world().size());
  IndexReport report;

  repair_level0(part, owners, report, world());

  EXPECT_EQ(report.connectivity.nodes, 500U);
  EXPECT_EQ(report.connectivity.unreachable_before, 3 * ranks);
  EXPECT_EQ(report.connectivity.zero_in_degree, ranks);
  EXPECT_EQ(report.connectivity.repaired, 2 * ranks);  // a link for each orphan and each island
  EXPECT_EQ(report.connectivity.unreachable_after, 0U);
  const HnswGraph whole = whole_graph(part);
  if (world().is_root()) {
    EXPECT_NO_THROW(validate(whole));
    EXPECT_EQ(check_connectivity(whole).unreachable_before, 0U);
  }
}

TEST(RepairLevel0, HangsAnIslandOnTheNearestNodeWhateverItsRank) {
  HnswGraph part = built_part();
  const NodeOwners owners(part.size(), world());
  const Damage done = damage(part, owners);
  IndexReport report;

  repair_level0(part, owners, report, world());

  const HnswGraph whole = whole_graph(part);
  if (world().is_root())
    for (const auto& island : done.islands) {
      const NodeId first = std::min(island[0], island[1]);
      const auto links = whole.links0[nearest_sound_node(whole, first, done)];
      EXPECT_TRUE(std::ranges::find(links, first) != links.end()) << "node " << first;
    }
}

TEST(RepairLevel0, OfASoundGraphChangesNothing) {
  HnswGraph part = built_part();
  const NodeOwners owners(part.size(), world());
  const std::vector<NodeId> before(part.links0.raw_ids().begin(), part.links0.raw_ids().end());
  IndexReport report;

  repair_level0(part, owners, report, world());

  EXPECT_EQ(report.connectivity.repaired, 0U);
  EXPECT_TRUE(std::ranges::equal(part.links0.raw_ids(), before));
}

}  // namespace
}  // namespace linktrail::dist
