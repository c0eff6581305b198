#include "mpi_jobs/record.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.h"

namespace linktrail::jobs {
namespace {

// SOURCE_DATE_EPOCH as given, for the length of a test.
class FixedClock {
 public:
  explicit FixedClock(const char* seconds) { setenv("SOURCE_DATE_EPOCH", seconds, 1); }
  ~FixedClock() { unsetenv("SOURCE_DATE_EPOCH"); }
};

TEST(RunId, IsSixteenHexDigitsEqualForEqualConfigurations) {
  const std::string id = run_id_of("dim = 50");

  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(id, run_id_of("dim = 50"));
  EXPECT_NE(id, run_id_of("dim = 51"));
}

TEST(CreationTime, IsThatOfSourceDateEpochInUtc) {
  const FixedClock clock("951782400");  // the leap day of 2000

  EXPECT_EQ(creation_time(), "2000-02-29T00:00:00Z");
  EXPECT_EQ(creation_month(), "2000-02");
}

TEST(CreationTime, LastSecondOfAMonthBelongsToIt) {
  const FixedClock clock("1669852799");

  EXPECT_EQ(creation_time(), "2022-11-30T23:59:59Z");
  EXPECT_EQ(creation_month(), "2022-11");
}

TEST(CreationTime, WithoutSourceDateEpochIsAPlausibleDate) {
  unsetenv("SOURCE_DATE_EPOCH");

  EXPECT_EQ(creation_time().size(), std::string("2022-11-30T23:59:59Z").size());
  EXPECT_GT(creation_month(), "2020-01");
}

TEST(Require, NamesTheMissingFlag) {
  const auto fault_of = [](const auto& value) -> std::string {
    try {
      require("output", value);
    } catch (const UsageError& error) {
      return error.what();
    }
    return {};
  };

  EXPECT_EQ(fault_of(std::string()), "--output is required");
  EXPECT_EQ(fault_of(std::vector<std::string>()), "--output is required");
  EXPECT_EQ(fault_of(std::string("x")), "");
  EXPECT_EQ(fault_of(std::vector<std::string>{"x"}), "");
}

}  // namespace
}  // namespace linktrail::jobs
