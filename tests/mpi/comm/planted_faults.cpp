// Not a test of linktrail but of tests/support: faults on one rank only, to be reported by the test main.
#include <stdexcept>

#include "comm/collectives.h"
#include "support/mpi_test.h"

namespace linktrail::test {
namespace {

TEST(Planted, failure) { EXPECT_NE(world().rank(), 1) << "planted failure"; }

TEST(Planted, exception) {
  if (world().rank() == 1) throw std::runtime_error("planted exception");
  comm::barrier(world());
}

}  // namespace
}  // namespace linktrail::test
