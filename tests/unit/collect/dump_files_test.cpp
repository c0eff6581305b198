#include "collect/dump_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "text_file.h"

namespace linktrail {
namespace {

std::string parsed(std::string_view name) {
  const auto found = parse_dump_name(name);
  return found ? found->wiki + "|" + found->date + "|" + table_name(found->table) : "none";
}

TEST(ParseDumpName, TakesTheNamesInUse) {
  EXPECT_EQ(parsed("crwiki-20160111-page.sql.gz"), "crwiki|20160111|page");
  EXPECT_EQ(parsed("be_x_oldwiki-latest-page_props.sql.bz2"), "be_x_oldwiki|latest|page_props");
  EXPECT_EQ(parsed("dewiki-20240901-pagelinks-small.sql"), "dewiki|20240901|pagelinks");
  EXPECT_EQ(parsed("dewiki-20240901-pagelinks12.sql.zst"), "dewiki|20240901|pagelinks");
  EXPECT_EQ(parsed("my_wiki_page.sql"), "my_wiki||page");
  EXPECT_EQ(parsed("my_wiki_page_props.sql"), "my_wiki||page_props");
  EXPECT_EQ(parsed("enwiki-linktarget.sql"), "enwiki||linktarget");
}

TEST(ParseDumpName, LeavesOtherFiles) {
  for (const char* name :
       {"crwiki-20160111-page_restrictions.sql.gz", "crwiki-20160111-pages-articles.xml.bz2", "page.sql",
        "my_wiki_categorylinks.sql", ".crwiki-20160111-page.sql", "crwiki-20160111-page.sql.partial",
        "crwiki-20160111-page.sqlite", "-20160111-page.sql", "crwiki-20160111-page.sql.gz.md5",
        "crwiki-20160111-page.sql.gz-rss.xml", "crwiki-20160111-page.sql.bak", "crwiki-20160111-page.sql."})
    EXPECT_EQ(parsed(name), "none") << name;
}

std::string fault_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

constexpr const char* kPage = "-- Host: x    Database: aawiki\nCREATE TABLE `page` (`page_id` int);\n";

TEST(FindDumps, NamesWhatIsMissing) {
  const test::TextFolder folder;
  EXPECT_NE(fault_of([&] { find_dumps(folder.path(), {}); }).find("no SQL dump"), std::string::npos);
  EXPECT_NE(fault_of([&] { find_dumps(folder.path("missing"), {}); }).find("cannot be read"), std::string::npos);
  folder.write("aawiki-20240901-page.sql", kPage);
  const std::vector<std::string> wikis{"bbwiki"};
  EXPECT_NE(fault_of([&] { find_dumps(folder.path(), wikis); }).find("no dump of bbwiki; found those of aawiki"),
            std::string::npos);
  const DumpSet dumps = find_dumps(folder.path(), {});
  const std::vector<DumpTable> tables{DumpTable::kPage, DumpTable::kPagelinks};
  EXPECT_NE(fault_of([&] { expect_tables(dumps, tables); }).find("no dump of the table pagelinks of aawiki"),
            std::string::npos);
}

TEST(FindDumps, TakesRegularFilesAndLinksToThem) {
  const test::TextFolder folder, elsewhere;
  elsewhere.write("there", kPage);
  std::filesystem::create_directory(folder.path("aawiki-20240901-redirect.sql"));
  std::filesystem::create_symlink(elsewhere.path("there"), folder.path("aawiki-20240901-page.sql"));
  const DumpSet dumps = find_dumps(folder.path(), {});
  EXPECT_EQ(dumps.files.size(), 1U);
  EXPECT_TRUE(dumps.has(0, DumpTable::kPage));
  std::filesystem::create_symlink(elsewhere.path("nowhere"), folder.path("aawiki-20240901-pagelinks.sql"));
  EXPECT_NE(fault_of([&] { find_dumps(folder.path(), {}); }).find("does not exist"), std::string::npos);
}

TEST(ExpectTables, WantsLinktargetsWhereLinksMayNameThem) {
  const std::vector<DumpTable> tables{DumpTable::kPagelinks};
  const auto fault_for = [&](std::vector<std::string> columns) {
    const DumpSet dumps{
        .wikis = {"aawiki"}, .files = {{{}, 0, DumpTable::kPagelinks, std::move(columns)}}, .notes = {}};
    return fault_of([&] { expect_tables(dumps, tables); });
  };
  EXPECT_EQ(fault_for({"pl_from", "pl_namespace", "pl_title"}), "");
  for (const char* title : {"pl_from_namespace", "pl_title"})
    EXPECT_NE(fault_for({"pl_from", title, "pl_target_id"}).find("no dump of the table linktarget of aawiki"),
              std::string::npos);
}

TEST(FindDumps, RefusesSeveralDates) {
  for (const auto& [other, dates] : {std::pair{"aawiki-20241001-page.sql", "several dates (20240901, 20241001)"},
                                     std::pair{"aawiki_page.sql", "several dates (20240901, no date)"}}) {
    const test::TextFolder folder;
    folder.write("aawiki-20240901-page.sql", kPage);
    folder.write(other, kPage);
    EXPECT_NE(fault_of([&] { find_dumps(folder.path(), {}); }).find(dates), std::string::npos) << other;
  }
}

TEST(FindDumps, RefusesOneDumpInTwoForms) {
  const test::TextFolder folder;
  folder.write("aawiki-20240901-page.sql", kPage);
  folder.write("aawiki-20240901-page2.sql.gz", kPage);
  EXPECT_EQ(find_dumps(folder.path(), {}).files.size(), 2U);
  folder.write("aawiki-20240901-page2.sql", kPage);
  EXPECT_NE(fault_of([&] { find_dumps(folder.path(), {}); }).find("page2.sql.gz are one dump in two forms"),
            std::string::npos);
}

TEST(ReadHeads, RefusesATableOfAnotherWiki) {
  const test::TextFolder folder;
  folder.write("aawiki-20240901-page.sql", kPage);
  folder.write("aawiki-20240901-redirect.sql",
               "-- Host: x    Database: bbwiki\nCREATE TABLE `redirect` (`rd_from` int);\n");
  DumpSet dumps = find_dumps(folder.path(), {});
  const std::string text = fault_of([&] { read_heads(dumps); });
  EXPECT_NE(text.find("redirect.sql:1: a table of another wiki"), std::string::npos) << text;
}

TEST(ReadHeads, SharesColumnsAmongThePartsOfATable) {
  const test::TextFolder folder;
  folder.write("aawiki-20240901-page1.sql", "INSERT INTO `page` VALUES (1);\n");
  folder.write("aawiki-20240901-page2.sql", kPage);
  DumpSet dumps = find_dumps(folder.path(), {});
  read_heads(dumps);
  EXPECT_EQ(dumps.files[0].columns, (std::vector<std::string>{"page_id"}));
}

TEST(ReadHeads, RefusesAnEmptyFile) {
  const test::TextFolder folder;
  folder.write("aawiki-20240901-page.sql", "-- nothing\n");
  DumpSet dumps = find_dumps(folder.path(), {});
  EXPECT_NE(fault_of([&] { read_heads(dumps); }).find("neither CREATE TABLE nor a row"), std::string::npos);
}

}  // namespace
}  // namespace linktrail
