#include "comm/stop_signal.h"

#include <gtest/gtest.h>

#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;

TEST(StopSignal, NobodyAskedNobodyStops) {
  const StopSignal guard;

  EXPECT_FALSE(StopSignal::requested());
  EXPECT_FALSE(StopSignal::requested_anywhere(world()));
}

TEST(StopSignal, OneRanksSignalStopsAll) {
  const int asked = world().size() - 1;
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    const StopSignal guard;
    if (world().rank() == asked) std::raise(signal);

    EXPECT_EQ(StopSignal::requested(), world().rank() == asked);
    EXPECT_TRUE(StopSignal::requested_anywhere(world()));
  }
}

TEST(StopSignal, RestoresThePreviousHandlers) {
  std::signal(SIGUSR1, SIG_IGN);
  { const StopSignal guard; }

  std::raise(SIGUSR1);  // ignored again: neither ends the process nor sets the flag

  EXPECT_FALSE(StopSignal::requested());
  std::signal(SIGUSR1, SIG_DFL);
}

}  // namespace
}  // namespace linktrail::comm
