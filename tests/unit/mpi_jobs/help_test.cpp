#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mpi_jobs/command.h"
#include "mpi_jobs/help_formatter.h"

namespace linktrail::jobs {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string help_of(OptionSet& set) {
  CLI::App app("", "linktrail");
  app.formatter(std::make_shared<HelpFormatter>());
  set.add_flags(app);
  return app.help();
}

TEST(Help, ShowsTheKindOfValueOnTheLeftAndTheDefaultAfterTheDescription) {
  TrainOptions options;
  OptionSet set("reader", options);

  const std::string help = help_of(set);

  EXPECT_THAT(help, ContainsRegex("--dim N +size of the vectors, 1-4096 \\[50\\]"));
  EXPECT_THAT(help, ContainsRegex("--lr auto\\|X +learning rate .*\\[auto\\]"));
  EXPECT_THAT(help, ContainsRegex("--model cbow\\|skipgram +.*\\[cbow\\]"));
  EXPECT_THAT(help, HasSubstr("--input PATH... "));
  EXPECT_THAT(help, Not(HasSubstr("\"")));
}

TEST(Help, LeavesOutEmptyDefaults) {
  IndexOptions options;
  OptionSet set("index", options);

  EXPECT_THAT(help_of(set), ContainsRegex("--output PATH +index.hnsw to write\n"));
}

TEST(Registry, EveryGroupOfCommandsHasItsOwnHelp) {
  for (const Registered& entry : registry()) {
    EXPECT_FALSE(entry.help.empty()) << entry.path.back();
    EXPECT_EQ(group_help(entry.path.front()).empty(), entry.path.size() == 1) << entry.path.front();
  }
}

}  // namespace
}  // namespace linktrail::jobs
