#include "mpi_jobs/option_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linktrail::jobs {
namespace {

using testing::HasSubstr;

// The text of the UsageError that `work` must throw.
template <class Work>
std::string usage_fault(Work&& work) {
  try {
    work();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(OptionSet, FlagWinsOverFileAndFileOverDefault) {
  TrainOptions options;
  OptionSet set("reader", options);
  CLI::App app;
  set.add_flags(app);

  app.parse("--dim 32", false);
  set.read(parse_toml("[reader]\ndim = 64\nwindow = 3\n", "m.toml"), "m.toml");

  EXPECT_EQ(options.params.dim, 32U);
  EXPECT_EQ(options.params.window, 3U);
  EXPECT_EQ(options.params.negatives, 10U);
}

TEST(OptionSet, ReadsListsEnumsAndNumbers) {
  TrainOptions options;
  OptionSet set("reader", options);

  set.read(parse_toml("[reader]\ninput = ['a', 'b']\nmodel = 'skipgram'\nlr = 0.1\nsync = 'touched'\n", "m.toml"),
           "m.toml");

  EXPECT_THAT(options.input, testing::ElementsAre("a", "b"));
  EXPECT_EQ(options.params.architecture, Architecture::kSkipGram);
  EXPECT_EQ(options.rate, 0.1);
  EXPECT_EQ(options.sync.rule, CombineRule::kTouchedAverage);
}

TEST(OptionSet, AnAutomaticRateIsToldFromANumber) {
  TrainOptions options;
  OptionSet set("links", options);

  set.read(parse_toml("[links]\nlr = 0.25\n", "m.toml"), "m.toml");
  EXPECT_EQ(options.rate, 0.25);

  set.read(parse_toml("[links]\nlr = 'auto'\n", "m.toml"), "m.toml");
  EXPECT_EQ(options.rate, std::nullopt);
  EXPECT_EQ(set.to_json()["lr"], "auto");
}

TEST(OptionSet, RefusesAnUnknownKeyWithLineAndKnownKeys) {
  TrainOptions options;
  OptionSet set("reader", options);

  const std::string fault =
      usage_fault([&] { set.read(parse_toml("[reader]\ndim = 8\ndimm = 9\n", "m.toml"), "m.toml"); });

  EXPECT_THAT(fault, HasSubstr("m.toml:3"));
  EXPECT_THAT(fault, HasSubstr("unknown key 'dimm'"));
  EXPECT_THAT(fault, HasSubstr("min_count"));
}

TEST(OptionSet, RefusesValuesOfTheWrongKind) {
  TrainOptions options;
  OptionSet set("reader", options);
  const auto fault_of = [&](const std::string& line) {
    return usage_fault([&] { set.read(parse_toml("[reader]\n" + line, "m.toml"), "m.toml"); });
  };

  EXPECT_THAT(fault_of("dim = 'many'"), HasSubstr("expected a whole number"));
  EXPECT_THAT(fault_of("dim = -3"), HasSubstr("expected a whole number"));
  EXPECT_THAT(fault_of("dim = 1.5"), HasSubstr("expected a whole number"));
  EXPECT_THAT(fault_of("dim = [1, 2]"), HasSubstr("expected one value"));
  EXPECT_THAT(fault_of("model = 'bert'"), HasSubstr("cbow, skipgram"));
  EXPECT_THAT(fault_of("lr = true"), HasSubstr("expected a string or a number"));
}

TEST(OptionSet, FlagsNameTheOptionInTheirFault) {
  TrainOptions options;
  OptionSet set("reader", options);
  CLI::App app;
  set.add_flags(app);

  EXPECT_THAT(usage_fault([&] { app.parse("--window five", false); }), HasSubstr("--window"));
}

TEST(OptionSet, AListTakesAllWordsUpToTheNextFlagAndMayBeRepeated) {
  TrainOptions options;
  OptionSet set("reader", options);
  CLI::App app;
  set.add_flags(app);

  app.parse("--input a b --dim 8 --input c", false);

  EXPECT_THAT(options.input, testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(options.params.dim, 8U);
}

TEST(OptionSet, WhatIsLeftOutIsNoOption) {
  TrainOptions options;
  OptionSet set("reader", options, {"input", "output"});

  EXPECT_FALSE(set.to_json().contains("input"));
  EXPECT_TRUE(set.to_json().contains("dim"));
  EXPECT_THAT(usage_fault([&] { set.read(parse_toml("[reader]\noutput = 'x'\n", "m.toml"), "m.toml"); }),
              HasSubstr("unknown key 'output'"));
}

TEST(OptionSet, DumpReadsBackToTheSameConfiguration) {
  TrainOptions options;
  options.input = {"x.txt"};
  options.params.dim = 77;
  OptionSet set("reader", options);
  const std::string dumped = dump_toml({&set});

  TrainOptions again;
  OptionSet read_back("reader", again);
  read_back.read(parse_toml(dumped, "dump"), "dump");

  EXPECT_EQ(read_back.to_json(), set.to_json());
  EXPECT_EQ(again.params.dim, 77U);
}

TEST(ParseToml, NamesFileAndLine) {
  EXPECT_THAT(usage_fault([] { parse_toml("a = 1\nb = = 2\n", "m.toml"); }), HasSubstr("m.toml:2"));
}

TEST(OptionSet, TheTopLevelRefusesASectionThatIsNobodys) {
  CommonOptions options;
  OptionSet set("", options);
  const toml::table file = parse_toml("seed = 1\n[raeder]\ndim = 1\n", "m.toml");

  EXPECT_THAT(usage_fault([&] { set.read(file, "m.toml", {"reader"}); }), HasSubstr("unknown key 'raeder'"));
}

}  // namespace
}  // namespace linktrail::jobs
