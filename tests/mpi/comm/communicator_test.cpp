#include "comm/communicator.h"

#include <gmock/gmock.h>

#include "comm/collectives.h"
#include "comm/environment.h"
#include "core/error.h"
#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;

TEST(Communicator, SplitKeepsTheOrderOfRanks) {
  const Communicator part = world().split(world().rank() % 2);

  EXPECT_EQ(part.rank(), world().rank() / 2);
  EXPECT_EQ(part.size(), (world().size() + 1 - world().rank() % 2) / 2);
  EXPECT_EQ(all_reduce(std::int32_t{world().rank() % 2}, ReduceOp::kMax, part), world().rank() % 2);
}

TEST(Communicator, SplitReturnsErrorsToo) {
  const Communicator part = world().split(world().rank() % 2);
  int value = 0;

  EXPECT_THROW(broadcast(std::span(&value, 1), part.size(), part), CommError);
  EXPECT_THROW(broadcast(std::span(&value, 1), world().size(), world().split_by_node()), CommError);
}

TEST(Communicator, RanksOfOneMachineShareANode) {
  const Communicator node = world().split_by_node();

  EXPECT_EQ(node.size(), world().size());
  EXPECT_EQ(node.rank(), world().rank());
}

TEST(Communicator, CopiesOutliveTheOriginal) {
  auto part = std::make_unique<Communicator>(world().split(0));
  const Communicator copy = *part;

  part.reset();

  EXPECT_EQ(all_reduce(std::int32_t{1}, ReduceOp::kSum, copy), world().size());
}

TEST(Environment, NamesTheLibraryInOneLine) {
  const std::string version = Environment::library_version();

  EXPECT_FALSE(version.empty());
  EXPECT_EQ(version.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace linktrail::comm
