// Rows of an exported log: what is a view, what is dropped by which rule, what is malformed.
#include "collect/pageview_log.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

class Header : public testing::Test {
 protected:
  ~Header() override { fs::remove(path_); }

  PageviewColumns read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_pageview_header({path_, fs::file_size(path_), Compression::kNone});
  }
  std::string refused(const std::string& text) {
    try {
      read(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }

  std::string path_ = fs::temp_directory_path() / ("linktrail-header-" + std::to_string(::getpid()));
};

TEST_F(Header, ColumnsAreFoundByNameInAnyOrder) {
  const PageviewColumns c = read("page_id\textra\tts\tagent_type\tactor_signature\twiki_db\n");
  EXPECT_EQ(c.page, 0U);
  EXPECT_EQ(c.time, 2U);
  EXPECT_EQ(c.agent, 3U);
  EXPECT_EQ(c.actor, 4U);
  EXPECT_EQ(c.wiki, 5U);
  EXPECT_EQ(c.count, 6U);
  EXPECT_EQ(c.name_space, PageviewColumns::kNone);
  EXPECT_EQ(c.wiki_is_project, 0U);
}

TEST_F(Header, HivesNamesWithATableAndProjectsAreKnown) {
  const PageviewColumns c =
      read("p.actor\tp.dt\tp.project\tp.page_id\tp.namespace_id\tp.access_method\tp.is_pageview\n");
  EXPECT_EQ(c.wiki, 2U);
  EXPECT_EQ(c.wiki_is_project, 1U);
  EXPECT_EQ(c.flag, 6U);
}

TEST_F(Header, AWikiGoesBeforeAProject) {
  const PageviewColumns c = read("project\tactor\ttimestamp\twiki_db\tpage_id\n");
  EXPECT_EQ(c.wiki, 3U);
  EXPECT_EQ(c.wiki_is_project, 0U);
}

TEST_F(Header, WhatIsMissingIsNamedAndARowIsNeverQuoted) {
  EXPECT_THAT(refused(""), testing::HasSubstr("empty"));
  EXPECT_THAT(refused("timestamp\twiki_db\tpage_id\n"), testing::HasSubstr("actor"));
  EXPECT_THAT(refused("actor\ttimestamp\tpage_id\n"), testing::HasSubstr("wiki"));
  EXPECT_THAT(refused("actor\tactor_signature\ttimestamp\twiki_db\tpage_id\n"), testing::HasSubstr("mean the same"));
  EXPECT_THAT(refused("actor\tproject\tproject\ttimestamp\tpage_id\n"), testing::HasSubstr("mean the same"));
  const std::string row = refused("5ecre7\t2026-10-01 12:00:00\tenwiki\t12\n");
  EXPECT_THAT(row, testing::HasSubstr(":1:"));
  EXPECT_THAT(row, testing::Not(testing::HasSubstr("5ecre7")));
  EXPECT_THAT(refused(std::string("5ecre7\0", 7)), testing::Not(testing::HasSubstr("5ecre7")));
}

class Rows : public testing::Test {
 protected:
  static PageviewColumns all_columns() {
    PageviewColumns c;
    c.actor = 0, c.time = 1, c.wiki = 2, c.page = 3, c.name_space = 4, c.agent = 5, c.access = 6, c.flag = 7,
    c.count = 8;
    return c;
  }
  static PageviewColumns few_columns(std::uint32_t project) {
    PageviewColumns c;
    c.actor = 0, c.time = 1, c.wiki = 2, c.page = 3, c.count = 4, c.wiki_is_project = project;
    return c;
  }
  static std::string row(const char* page, const char* rest = "0\tuser\tdesktop\ttrue", const char* wiki = "enwiki",
                         const char* time = "100", const char* actor = "a") {
    return std::string(actor) + "\t" + time + "\t" + wiki + "\t" + page + "\t" + rest;
  }
  RowRule parse(const std::string& line) { return rows_.parse(line, all_columns(), view_); }

  PageviewRows rows_{RowFilters{}, ActorKey{1, 2}};
  View view_;
};

TEST_F(Rows, AViewHasItsTimePageAndActor) {
  ASSERT_EQ(parse(row("12")), RowRule::kCount);
  const View first = view_;
  EXPECT_EQ(first.time_ms(), 100'000U);
  EXPECT_EQ(page_id_of(first.page), 12U);
  ASSERT_EQ(parse(row("4294967295", "0\tuser\tmobile web\t1", "enwiki", "99")), RowRule::kCount);
  EXPECT_TRUE(view_.same_actor(first));
  EXPECT_EQ(wiki_of(view_.page), wiki_of(first.page));
  ASSERT_EQ(parse(row("12", "0\tuser\tdesktop\ttrue", "dewiki", "100", "b")), RowRule::kCount);
  EXPECT_FALSE(view_.same_actor(first));
  EXPECT_NE(view_.page, first.page);
}

TEST_F(Rows, ActorsMeanNothingUnderAnotherKey) {
  ASSERT_EQ(parse(row("12")), RowRule::kCount);
  const View first = view_;
  PageviewRows other{RowFilters{}, ActorKey{3, 4}};
  ASSERT_EQ(other.parse(row("12"), all_columns(), view_), RowRule::kCount);
  EXPECT_FALSE(view_.same_actor(first));
}

// 84 bits, not 64 and 20 of the same.
TEST_F(Rows, BothKeysCountInAnActor) {
  PageviewRows other{RowFilters{}, ActorKey{1, 3}}, same{RowFilters{}, ActorKey{1, 1}};
  ASSERT_EQ(parse(row("12")), RowRule::kCount);
  const View first = view_;
  for (PageviewRows* rows : {&other, &same}) {
    ASSERT_EQ(rows->parse(row("12"), all_columns(), view_), RowRule::kCount);
    EXPECT_EQ(view_.actor, first.actor);
    EXPECT_FALSE(view_.same_actor(first));
  }
}

TEST_F(Rows, ATextIsAnotherWikiInTheOtherKindOfColumn) {
  EXPECT_EQ(rows_.parse("a\t1\tenwiki\t7", few_columns(0), view_), RowRule::kCount);
  EXPECT_EQ(rows_.parse("a\t1\tenwiki\t7", few_columns(1), view_), RowRule::kProject);
  EXPECT_EQ(rows_.parse("a\t1\tenwiki\t7", few_columns(0), view_), RowRule::kCount);
}

TEST_F(Rows, EachFilterDropsItsRows) {
  EXPECT_EQ(parse(row("12", "0\tuser\tdesktop\tfalse")), RowRule::kNotPageview);
  EXPECT_EQ(parse(row("12", "0\tuser\tdesktop\tNULL")), RowRule::kNotPageview);
  EXPECT_EQ(parse(row("12", "0\tspider\tdesktop\ttrue")), RowRule::kAgent);
  EXPECT_EQ(parse(row("12", "0\tautomated\tdesktop\ttrue")), RowRule::kAgent);
  EXPECT_EQ(parse(row("12", "0\tuser\tmobile app\ttrue")), RowRule::kAccess);
  EXPECT_EQ(parse(row("12", "1\tuser\tdesktop\ttrue")), RowRule::kNamespace);
  EXPECT_EQ(parse(row("12", "0\tuser\tdesktop\ttrue", "NULL")), RowRule::kProject);
  EXPECT_EQ(parse(row("NULL")), RowRule::kNothing);
  EXPECT_EQ(parse(row("\\N")), RowRule::kNothing);
  EXPECT_EQ(parse(row("12", "0\tuser\tdesktop\ttrue", "enwiki", "NULL")), RowRule::kNothing);
  EXPECT_EQ(parse(row("12", "0\tuser\tdesktop\ttrue", "enwiki", "100", "")), RowRule::kNothing);
}

TEST_F(Rows, WhatCannotBeReadIsMalformedAndNotQuoted) {
  for (const std::string& line :
       {row("x"), row("0"), row("-1"), row("4294967296"), row("12.0"), row("99999999999"),
        row("12", "0\tuser\tdesktop\tmaybe"), row("12", "0\tuser\tdesktop"), row("12", "0\tuser\tdesktop\ttrue\tmore"),
        row("12", "0\tuser\tdesktop\ttrue", "enwiki", "noon"), std::string("\t\t\t"), std::string("5ecre7")}) {
    EXPECT_EQ(parse(line), RowRule::kMalformed) << line;
    EXPECT_STRNE(rows_.fault(), "");
    EXPECT_THAT(rows_.fault(), testing::Not(testing::HasSubstr("5ecre7")));
  }
}

TEST_F(Rows, FiltersMayBeOffAndColumnsMayBeAbsent) {
  PageviewRows any({.agent_type = kAny, .drop_access = kAny, .name_space = kAny, .is_pageview = kAny}, ActorKey{});
  EXPECT_EQ(any.parse(row("12", "4\tspider\tmobile app\tfalse"), all_columns(), view_), RowRule::kCount);
  EXPECT_EQ(rows_.parse("a\t100\tenwiki\t12", few_columns(0), view_), RowRule::kCount);
}

TEST_F(Rows, ProjectsNameTheSameWikisAsDatabases) {
  const std::pair<const char*, const char*> same[] = {{"en.wikipedia", "enwiki"},
                                                      {"zh-yue.wikipedia", "zh_yuewiki"},
                                                      {"be-x-old.wikipedia", "be_x_oldwiki"},
                                                      {"be-tarask.wikipedia", "be_x_oldwiki"},
                                                      {"roa-tara.wikipedia", "roa_tarawiki"}};
  for (const auto& [project, wiki] : same) {
    ASSERT_EQ(rows_.parse(std::string("a\t1\t") + project + "\t7", few_columns(1), view_), RowRule::kCount);
    const PageKey page = view_.page;
    ASSERT_EQ(rows_.parse(std::string("a\t1\t") + wiki + "\t7", few_columns(0), view_), RowRule::kCount);
    EXPECT_EQ(view_.page, page) << project;
  }
  EXPECT_EQ(rows_.parse("a\t1\ten.wiktionary\t7", few_columns(1), view_), RowRule::kProject);
  EXPECT_EQ(rows_.parse("a\t1\twikidata\t7", few_columns(1), view_), RowRule::kProject);
}

TEST_F(Rows, CompatNamesHyphenatedWikisAsNoTableDoes) {
  PageviewRows original({.compat = Compat::kOriginal}, ActorKey{});
  for (const auto& [project, text] : {std::pair{1U, "zh-yue.wikipedia"}, std::pair{0U, "zh_yuewiki"}}) {
    ASSERT_EQ(original.parse(std::string("a\t1\t") + text + "\t7", few_columns(project), view_), RowRule::kCount);
    const PageKey lost = view_.page;
    ASSERT_EQ(rows_.parse("a\t1\tzh_yuewiki\t7", few_columns(0), view_), RowRule::kCount);
    EXPECT_NE(lost, view_.page);
  }
  ASSERT_EQ(original.parse("a\t1\ten.wikipedia\t7", few_columns(1), view_), RowRule::kCount);
  const PageKey kept = view_.page;
  ASSERT_EQ(rows_.parse("a\t1\tenwiki\t7", few_columns(0), view_), RowRule::kCount);
  EXPECT_EQ(kept, view_.page);
}

TEST(WikiNames, OrderIsThatOfNamesAndTextCarriesThem) {
  WikiNames names, other;
  const std::uint32_t b = names.add("bwiki"), a = names.add("awiki"), c = other.add("cwiki");
  other.add_text(names.text());
  const auto order = other.order();
  EXPECT_LT(order.at(a), order.at(b));
  EXPECT_LT(order.at(b), order.at(c));
}

TEST(WikiNames, AColumnOfOtherThingsIsRefused) {
  WikiNames names;
  EXPECT_THROW(
      {
        for (std::size_t i = 0; i <= 2 * WikiNames::kMost; ++i) names.add("5ecre7-" + std::to_string(i));
      },
      InputError);
}

}  // namespace
}  // namespace linktrail
