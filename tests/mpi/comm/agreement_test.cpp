#include "comm/agreement.h"

#include <gmock/gmock.h>

#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::agreed_fault;
using test::world;
using testing::HasSubstr;

TEST(AllRanksOk, HoldsOnlyIfItHoldsEverywhere) {
  EXPECT_TRUE(all_ranks_ok(true, world()));
  for (int bad = 0; bad < world().size(); ++bad) EXPECT_FALSE(all_ranks_ok(world().rank() != bad, world()));
}

TEST(Agreed, ReturnsWhatTheWorkReturns) {
  EXPECT_EQ(agreed(world(), [] { return world().rank() * 2; }), world().rank() * 2);
}

TEST(Agreed, FaultOfAnyOneRankIsEveryRanks) {
  for (int bad = 0; bad < world().size(); ++bad) {
    const auto fault = agreed_fault([&] {
      agreed(world(), [&] {
        if (world().rank() == bad) throw InputError(fmt::format("sessions.txt:7 on {}", bad));
      });
    });

    EXPECT_TRUE(fault.has_value());
    if (!fault) continue;
    EXPECT_EQ(fault->what(), fmt::format("sessions.txt:7 on {}", bad));
    EXPECT_EQ(fault->code(), ExitCode::kBadInput);
    EXPECT_EQ(fault->rank(), bad);
  }
}

TEST(Agreed, LowestRankSpeaksWhenManyFail) {
  const auto fault = agreed_fault([] {
    agreed(world(), []() -> int {
      if (world().rank() > 0 || world().size() == 1) throw StorageError(fmt::format("disk {}", world().rank()));
      return 1;
    });
  });

  const int lowest = world().size() == 1 ? 0 : 1;
  EXPECT_TRUE(fault && fault->rank() == lowest && fault->what() == fmt::format("disk {}", lowest));
}

TEST(Agreed, ForeignExceptionsBecomeInternalFaults) {
  const auto fault = agreed_fault([] { agreed(world(), [] { throw std::bad_alloc(); }); });

  EXPECT_TRUE(fault.has_value());
  if (fault) {
    EXPECT_EQ(fault->code(), ExitCode::kInternal);
    EXPECT_THAT(fault->what(), HasSubstr("out of memory"));
  }
}

TEST(Agreed, FaultsOfTheFileSystemAreStorageFaultsThatNameThePath) {
  const auto fault = agreed_fault([] { agreed(world(), [] { return std::filesystem::file_size("/no/such/file"); }); });

  EXPECT_TRUE(fault && fault->code() == ExitCode::kStorage);
  EXPECT_THAT(fault ? fault->what() : "", HasSubstr("/no/such/file"));
}

TEST(AgreedOnRoot, RunsOnTheRootOnlyAndSharesItsFault) {
  int runs = 0;
  agreed_on_root(world(), [&] { ++runs; });
  const auto fault = agreed_fault([] { agreed_on_root(world(), [] { throw UsageError("no such flag"); }); });

  EXPECT_EQ(runs, world().is_root() ? 1 : 0);
  EXPECT_TRUE(fault && fault->code() == ExitCode::kUsage && fault->rank() == 0);
}

TEST(ExpectSameOnAllRanks, PassesEqualAndNamesWhatDiffers) {
  EXPECT_NO_THROW(expect_same_on_all_ranks(42, "config hash", world()));
  const int odd = world().size() - 1;
  const auto fault =
      agreed_fault([&] { expect_same_on_all_ranks(world().rank() == odd ? 0xbad : 0xabc, "config hash", world()); });

  EXPECT_EQ(fault.has_value(), world().size() > 1);
  if (fault) {
    EXPECT_EQ(fault->rank(), odd);
    EXPECT_THAT(fault->what(), HasSubstr("config hash"));
    EXPECT_THAT(fault->what(), HasSubstr("0x0000000000000bad"));
  }
}

}  // namespace
}  // namespace linktrail::comm
