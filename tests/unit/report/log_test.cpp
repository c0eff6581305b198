#include "report/log.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string logged(int rank, int ranks, int verbosity) {
  std::ostringstream out;
  const Log log({.rank = rank,
                 .ranks = ranks,
                 .verbosity = verbosity,
                 .sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out)});
  log.error("an error {}", 1);
  log.warning("a warning");
  log.info("an info");
  log.detail("a detail");
  log.debug("a debug text");
  log.from_rank(spdlog::level::err, "disk {} is full", "a");
  return out.str();
}

TEST(Log, RankZeroSpeaksForTheJob) {
  EXPECT_THAT(logged(0, 4, 0), AllOf(HasSubstr("error an error 1"), HasSubstr("an info"), Not(HasSubstr("a detail"))));
}

TEST(Log, OtherRanksSpeakOnlyForThemselvesWithTheirTag) {
  const std::string text = logged(3, 4, 2);

  EXPECT_THAT(text, HasSubstr("[rank 3] disk a is full"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Log, ASingleRankNeedsNoTag) { EXPECT_THAT(logged(0, 1, 0), AllOf(HasSubstr("disk a"), Not(HasSubstr("[rank")))); }

TEST(Log, VerbosityOpensAndClosesLevels) {
  EXPECT_THAT(logged(0, 1, 1), AllOf(HasSubstr("a detail"), Not(HasSubstr("a debug text"))));
  EXPECT_THAT(logged(0, 1, 2), HasSubstr("a debug text"));
  EXPECT_THAT(logged(0, 1, -1), AllOf(HasSubstr("a warning"), Not(HasSubstr("an info"))));
  EXPECT_THAT(logged(0, 1, -9), AllOf(HasSubstr("an error"), Not(HasSubstr("a warning"))));
}

}  // namespace
}  // namespace linktrail
