#include <fmt/ranges.h>
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

// What refuse_unknown_command says of a command line; "" if nothing.
std::string fault_of(const std::vector<std::string>& words) {
  try {
    refuse_unknown_command(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

TEST(UnknownCommand, IsNamedWithThoseThatMayStandThere) {
  EXPECT_THAT(fault_of({"bogus"}),
              ContainsRegex("unknown command 'bogus'; known: snapshot, collect, train, embed, index, .*"));
  EXPECT_THAT(fault_of({"train", "bogus"}), HasSubstr("train: unknown command 'bogus'; known: reader, links;"));
}

TEST(UnknownCommand, IsNoneOfTheRegistryNorWhatFollowsIt) {
  for (const Registered& entry : registry()) EXPECT_EQ(fault_of(entry.path), "");
  EXPECT_EQ(fault_of({}), "");
  EXPECT_EQ(fault_of({"--help"}), "");
  EXPECT_EQ(fault_of({"train", "--help"}), "");
  EXPECT_EQ(fault_of({"query", "folder"}), "");
  EXPECT_EQ(fault_of({"train", "reader", "stray"}), "");
}

TEST(Registry, EveryGroupOfCommandsHasItsOwnHelp) {
  for (const Registered& entry : registry()) {
    EXPECT_FALSE(entry.help.empty()) << entry.path.back();
    EXPECT_EQ(group_help(entry.path.front()).empty(), entry.path.size() == 1) << entry.path.front();
  }
}

TEST(Registry, AnExampleShowsTheCommandItStandsUnder) {
  for (const Registered& entry : registry()) {
    const std::size_t example = entry.notes.find("Example: ");
    if (example == std::string::npos) continue;
    EXPECT_THAT(entry.notes.substr(example), HasSubstr(fmt::format("linktrail {} ", fmt::join(entry.path, " "))));
  }
}

}  // namespace
}  // namespace linktrail::jobs
