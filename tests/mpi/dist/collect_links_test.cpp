#include "dist/collect_links.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "comm/collectives.h"
#include "dist/page_qid_lines.h"
#include "simulate/dump_files.h"
#include "support/mpi_test.h"

namespace linktrail {
namespace {

using test::world;

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::map<std::string, std::string> files_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files[entry.path().filename()] = read_file(entry.path());
  return files;
}

dist::CollectLinksParams params_for(const std::string& folder, const std::string& output) {
  return {.dumps = folder + "/dumps",
          .memory_bytes = 0,  // the least: everything spills
          .scratch = folder + "/" + output,
          .output = folder + "/" + output};
}

// All ranks together, and rank 0 alone, which is the reference.
struct Outcome {
  dist::CollectedLinks together;
  std::map<std::string, std::string> files;
};

class CollectLinks : public testing::Test {
 protected:
  void simulate(std::uint32_t files) {
    comm::agreed_on_root(world(), [&] {
      write_dumps({.seed = 3, .pages = 60'000, .mean_links = 20, .schema = LinkSchema::kMixed, .files = files},
                  path("dumps"), FlatCompression::kNone);
      for (const char* name : {"together", "alone"}) std::filesystem::create_directory(path(name));
    });
  }

  std::string path(const std::string& name) const { return folder_.file(name); }

  test::SharedFolder folder_;
};

TEST_F(CollectLinks, WritesTheSameBytesForAnyNumberOfRanksAndFiles) {
  simulate(7);
  const dist::CollectedLinks together = dist::collect_links(params_for(path(""), "together"), {}, world());
  EXPECT_GT(together.parts, 2U);
  EXPECT_GT(together.pairs, 100'000U);

  // Alone, from the same rows in one file a wiki, the parts in another order.
  const comm::Communicator self = world().split(world().rank());
  comm::agreed_on_root(world(), [&] {
    for (const char* wiki : {"aawiki", "bbwiki", "be_x_oldwiki"}) {
      std::string joined;
      for (int part = 7; part >= 1; --part) {
        const std::string name = fmt::format("{}/{}-20240901-pagelinks{}.sql", path("dumps"), wiki, part);
        joined += read_file(name);
        std::filesystem::remove(name);
      }
      std::ofstream(fmt::format("{}/{}-20240901-pagelinks.sql", path("dumps"), wiki), std::ios::binary) << joined;
    }
  });
  if (world().is_root()) {
    const dist::CollectedLinks alone = dist::collect_links(params_for(path(""), "alone"), {}, self);
    EXPECT_GT(alone.spilled_bytes, 0U);
    EXPECT_EQ(alone.rules.size(), together.rules.size());
    for (std::size_t i = 0; i < alone.rules.size(); ++i)
      EXPECT_EQ(alone.rules[i].count, together.rules[i].count) << alone.rules[i].rule;
    const auto expected = files_of(path("alone")), found = files_of(path("together"));
    EXPECT_EQ(expected.size(), alone.parts + 2);
    EXPECT_TRUE(expected == found);
  }
  comm::agreed(world(), [] {});
}

TEST_F(CollectLinks, AccountsForEveryRow) {
  simulate(2);
  dist::CollectLinksParams params = params_for(path(""), "together");
  params.pages.disambiguation = Disambiguation::kDrop;
  const dist::CollectedLinks collected = dist::collect_links(params, {}, world());
  const auto first = std::find_if(collected.rules.begin(), collected.rules.end(),
                                  [](const auto& rule) { return rule.rule == "rows of pagelinks"; });
  ASSERT_NE(first, collected.rules.end());
  std::uint64_t sum = 0;
  for (auto rule = first + 1; rule->rule.starts_with("  "); ++rule) {
    sum += rule->count;
    const bool absent = rule->rule == "  to no linktarget" || rule->rule == "  from no article";
    EXPECT_EQ(rule->count == 0, absent) << rule->rule;
  }
  EXPECT_EQ(sum, first->count);
}

TEST_F(CollectLinks, LeavesTogetherAndLeavesNothingBehind) {
  simulate(3);
  comm::agreed_on_root(world(), [&] {
    const std::string name = path("dumps/bbwiki-20240901-pagelinks2.sql");
    std::filesystem::resize_file(name, std::filesystem::file_size(name) - 200);
  });
  const auto fault = test::agreed_fault([&] { dist::collect_links(params_for(path(""), "together"), {}, world()); });
  EXPECT_TRUE(fault.has_value());
  if (fault) {
    EXPECT_EQ(fault->code(), ExitCode::kBadInput);
    EXPECT_NE(std::string(fault->what()).find("pagelinks2.sql:"), std::string::npos) << fault->what();
  }
  comm::agreed(world(), [] {});
  EXPECT_EQ(files_of(path("together")).size(), 0U);
}

TEST_F(CollectLinks, ReadsEachRowOfTheTablesOfQidsOnOneRank) {
  constexpr std::uint32_t kPages = 20'000;
  comm::agreed_on_root(world(), [&] {
    std::ofstream table(path("qids.tsv"));
    table << "wiki_db\tpage_id\tqid\n";
    for (std::uint32_t page = 1; page <= kPages; ++page) table << "aawiki\t" << page << "\tQ" << page + 1 << '\n';
  });
  const std::vector<std::string> names{path("qids.tsv")};
  const std::vector<InputFile> tables = expand_inputs(names);
  dist::PageQidLines rows(tables, world());
  std::uint64_t sum = 0;
  PageQid row;
  while (rows.next(row)) {
    EXPECT_EQ(row.wiki, "aawiki");
    EXPECT_EQ(row.qid, Qid{row.page} + 1);
    sum += row.page;
  }
  EXPECT_FALSE(rows.next(row));
  EXPECT_EQ(comm::all_reduce<std::uint64_t>(sum, comm::ReduceOp::kSum, world()),
            std::uint64_t{kPages} * (kPages + 1) / 2);
}

}  // namespace
}  // namespace linktrail
