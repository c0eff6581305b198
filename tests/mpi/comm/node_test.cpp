#include "comm/node.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "comm/collectives.h"
#include "comm/shared_window.h"
#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;

TEST(SharedWindow, RanksSeeWhatOthersWrite) {
  const std::size_t count = 1000;
  const SharedWindow window(count * sizeof(int), world(), world());

  static_cast<int*>(window.of(world().rank()))[count - 1] = 100 + world().rank();
  barrier(world());

  for (int r = 0; r < world().size(); ++r) {
    EXPECT_EQ(static_cast<int*>(window.of(r))[count - 1], 100 + r);
    EXPECT_EQ(static_cast<int*>(window.of(r))[0], 0);
  }
  barrier(world());
}

TEST(SharedWindow, SegmentsMayBeOfAnySizeAndEmpty) {
  const std::size_t bytes = world().rank() == 0 ? std::size_t{5} << 20 : 0;
  const SharedWindow window(bytes, world(), world());

  auto* first = static_cast<std::uint8_t*>(window.of(0));
  if (world().rank() == world().size() - 1) first[(std::size_t{5} << 20) - 1] = 7;
  barrier(world());

  EXPECT_EQ(first[(std::size_t{5} << 20) - 1], 7);
  for (int r = 1; r < world().size(); ++r) EXPECT_EQ(window.of(r), nullptr);
}

TEST(SharedWindow, SegmentsOutliveTheWindowForThoseWhoKeepThem) {
  std::shared_ptr<void> kept;
  {
    const SharedWindow window(64, world(), world());
    kept = window.share(0);
  }
  if (world().is_root()) *static_cast<int*>(kept.get()) = 42;
  barrier(world());

  EXPECT_EQ(*static_cast<int*>(kept.get()), 42);
  barrier(world());
}

TEST(Node, AllRanksOfAMachineAreOneNode) {
  const Node node(world());

  EXPECT_EQ(node.count(), 1);
  EXPECT_EQ(node.index(), 0);
  EXPECT_EQ(node.parts(), world().size());
  EXPECT_EQ(node.part(), world().rank());
  EXPECT_EQ(node.peers().size(), 1);
}

TEST(Node, SmallNodesAreCutInTheOrderOfRanks) {
  const int most = 2;
  const Node node(world(), {.most_ranks = most});
  const int size = world().size(), nodes = (size + most - 1) / most;
  const bool has_small_node = size % most != 0;

  EXPECT_EQ(node.count(), nodes);
  EXPECT_EQ(node.index(), world().rank() / most);
  EXPECT_EQ(node.ranks().rank(), world().rank() % most);
  EXPECT_EQ(node.parts(), has_small_node ? 1 : most);
  EXPECT_EQ(node.part().has_value(), !has_small_node || world().rank() % most == 0);
  if (node.part()) {
    EXPECT_EQ(node.peers().size(), nodes);
    EXPECT_EQ(node.peers().rank(), node.index());
  }
}

}  // namespace
}  // namespace linktrail::comm
