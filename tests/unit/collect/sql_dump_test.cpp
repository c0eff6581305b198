#include "collect/sql_dump.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collect/dump_rows.h"
#include "text_file.h"

namespace linktrail {
namespace {

constexpr std::string_view kHead =
    "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11\n--\n"
    "-- Host: db1    Database: aawiki\n-- it's a comment; with a quote\n"
    "/*!40101 SET NAMES utf8mb4 */;\nDROP TABLE IF EXISTS `linktarget`;\n"
    "CREATE TABLE `linktarget` (\n  `lt_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,\n"
    "  `lt_namespace` int(11) NOT NULL DEFAULT '0' COMMENT 'a, b',\n  `lt_title` varbinary(255) NOT NULL,\n"
    "  PRIMARY KEY (`lt_id`),\n  UNIQUE KEY `x` (`lt_namespace`,`lt_title`)\n) ENGINE=InnoDB;\n";

struct Row {
  std::uint64_t target;
  std::int32_t space;
  std::string title;
  bool operator==(const Row&) const = default;
};

class SqlDumpTest : public testing::Test {
 protected:
  DumpFile dump(std::string_view text, const std::string& name = "aawiki-20240901-linktarget.sql") {
    return {folder_.write(name, text), 0, DumpTable::kLinktarget, columns_};
  }

  std::vector<Row> rows(std::string_view text) {
    LinktargetRows reader(dump(text));
    std::vector<Row> found;
    LinktargetRow row;
    while (reader.next(row)) found.push_back({row.target, row.space, std::string(row.title)});
    malformed_ = reader.rows().malformed();
    may_be_cut_ = reader.rows().dump().may_be_cut();
    return found;
  }

  // The message of the refusal, or "".
  std::string fault(std::string_view text) {
    try {
      rows(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }

  std::string head() const { return std::string(kHead); }

  test::TextFolder folder_;
  std::vector<std::string> columns_;
  MalformedRows malformed_;
  bool may_be_cut_ = false;
};

TEST_F(SqlDumpTest, ReadsSeveralStatementsAndLines) {
  EXPECT_EQ(rows(head() +
                 "INSERT INTO `linktarget` VALUES (1,0,'A'),(2,1,'B');\nINSERT INTO `linktarget` VALUES\n(3,0,'C'),\n"
                 "(4,0,'D') ;\n-- Dump completed on 2024\n"),
            (std::vector<Row>{{1, 0, "A"}, {2, 1, "B"}, {3, 0, "C"}, {4, 0, "D"}}));
  EXPECT_FALSE(may_be_cut_);
}

TEST_F(SqlDumpTest, TakesColumnsByName) {
  EXPECT_EQ(
      rows("CREATE TABLE linktarget (lt_title varbinary(255), extra enum('a','b'), lt_id int, lt_namespace int);\n"
           "INSERT INTO linktarget VALUES ('A','b',7,0);\n"
           "INSERT INTO linktarget (lt_id, `lt_title`, lt_namespace) VALUES (8,'B',2);\n"
           "INSERT INTO linktarget VALUES ('C','b',9,0);\n"),
      (std::vector<Row>{{7, 0, "A"}, {8, 2, "B"}, {9, 0, "C"}}));
}

TEST_F(SqlDumpTest, RefusesColumnsItDoesNotKnow) {
  const std::string text =
      fault("CREATE TABLE linktarget (lt_id int, lt_name int);\nINSERT INTO linktarget VALUES (1,2);\n");
  EXPECT_NE(text.find("linktarget.sql:2: unknown schema"), std::string::npos) << text;
  EXPECT_NE(text.find("lt_namespace"), std::string::npos) << text;
}

TEST_F(SqlDumpTest, RefusesRowsWithoutColumns) {
  const std::string text = fault("INSERT INTO linktarget VALUES (1,2);\n");
  EXPECT_NE(text.find(":1: rows before CREATE TABLE"), std::string::npos) << text;
}

TEST_F(SqlDumpTest, TakesColumnsOfAnotherPartOfTheTable) {
  columns_ = {"lt_id", "lt_namespace", "lt_title"};
  EXPECT_EQ(rows("INSERT INTO linktarget VALUES (1,0,'A');\n"), (std::vector<Row>{{1, 0, "A"}}));
}

TEST_F(SqlDumpTest, RefusesAnotherTable) {
  const std::string text = fault("\n\nCREATE TABLE `page` (`page_id` int);\n");
  EXPECT_NE(text.find("another table"), std::string::npos) << text;
  EXPECT_NE(fault(head() + "INSERT INTO `page` VALUES (1,0,'A');\n").find("another table"), std::string::npos);
}

TEST_F(SqlDumpTest, RefusesEveryCutInsideAStatementWithTheLine) {
  const std::string start = head();
  const std::string insert = "INSERT INTO `linktarget` VALUES (1,0,'A\\'B'),\n(2,1,'B');";
  for (std::size_t cut = 1; cut < insert.size(); ++cut) {
    const std::string text = fault(start + insert.substr(0, cut));
    EXPECT_NE(text.find("ends inside a statement"), std::string::npos) << insert.substr(0, cut) << ": " << text;
    EXPECT_NE(text.find(cut < 46 ? "sql:15:" : "sql:16:"), std::string::npos) << cut << ": " << text;
  }
  EXPECT_EQ(fault(start + insert), "");
  EXPECT_TRUE(may_be_cut_);
}

TEST_F(SqlDumpTest, CountsMalformedRowsAndRefusesManyOfThem) {
  std::string text =
      head() + "INSERT INTO `linktarget` VALUES (1,0,'A'),\n(2,0),(x'31',0,'C'),(3,0,NULL),(4,'zero','D'),(5,0,'E');\n";
  EXPECT_EQ(rows(text), (std::vector<Row>{{1, 0, "A"}, {5, 0, "E"}}));
  EXPECT_EQ(malformed_.count, 4U);
  EXPECT_EQ(malformed_.first_line, 16U);
  EXPECT_EQ(malformed_.first_reason, "the wrong number of values");

  for (int i = 0; i < 97; ++i) text += "INSERT INTO `linktarget` VALUES (1);\n";
  EXPECT_NE(fault(text).find("sql:113: more than 100 malformed rows"), std::string::npos) << fault(text);
}

std::vector<std::string> links_of(const DumpFile& file) {
  PagelinkRows reader(file);
  std::vector<std::string> found;
  PagelinkRow row;
  while (reader.next(row))
    found.push_back(row.title.data() != nullptr ? std::to_string(row.space) + ":" + std::string(row.title)
                                                : std::to_string(row.space) + "#" + std::to_string(row.target));
  EXPECT_EQ(reader.rows().malformed().count, 1U);
  return found;
}

TEST_F(SqlDumpTest, TakesTheTargetIdOfLinksWithoutATitle) {
  const InputFile input = folder_.write(
      "aawiki-20240901-pagelinks.sql",
      "INSERT INTO `pagelinks` VALUES (1,4,'A',NULL),(1,0,'',7),(1,0,'B',8),(1,4,NULL,9),(1,NULL,NULL,10),"
      "(1,0,'',NULL),(1,2,'C',0),(1,0,NULL,NULL);\n");
  const DumpFile file{input, 0, DumpTable::kPagelinks, {"pl_from", "pl_namespace", "pl_title", "pl_target_id"}};
  EXPECT_EQ(links_of(file), (std::vector<std::string>{"4:A", "0#7", "0:B", "0#9", "0#10", "0:", "2:C"}));
}

TEST_F(SqlDumpTest, RefusesWhatIsNoSql) {
  EXPECT_NE(fault("\x01\x02\x03").find(":1: no SQL statement"), std::string::npos);
  EXPECT_NE(fault(head() + "INSERT INTO `linktarget` VALUES (1,0,'A') oops;\n").find("something else behind a tuple"),
            std::string::npos);
  EXPECT_NE(fault(head() + "INSERT INTO `linktarget` VALUES (1,0,%);\n").find("no SQL value"), std::string::npos);
  EXPECT_NE(fault(head() + "INSERT INTO `linktarget` VALUES ;\n").find("no tuple"), std::string::npos);
}

TEST_F(SqlDumpTest, ReadsRowsAcrossEveryBlockBoundary) {
  std::string text = head();
  std::vector<Row> expected;
  for (std::uint64_t i = 0; text.size() < (3U << 20); ++i) {
    text += i % 5000 == 0 ? (i == 0 ? "INSERT INTO `linktarget` VALUES " : ";\nINSERT INTO `linktarget` VALUES ") : ",";
    const std::string title = std::string(i % 97, 'x') + "'" + std::to_string(i);
    text += "(" + std::to_string(i) + ",0,'" + std::string(i % 97, 'x') + "\\'" + std::to_string(i) + "')";
    expected.push_back({i, 0, title});
  }
  text += ";\n";
  EXPECT_TRUE(rows(text) == expected);

  const DumpFile zipped{folder_.write_gzip("aawiki-20240901-linktarget.sql.gz", text), 0, DumpTable::kLinktarget, {}};
  LinktargetRows reader(zipped);
  LinktargetRow row;
  std::size_t count = 0;
  while (reader.next(row)) EXPECT_EQ(row.title, expected[count++].title);
  EXPECT_EQ(count, expected.size());
}

TEST_F(SqlDumpTest, KnowsTheDatabase) {
  SqlDump dump(folder_.write("a-linktarget.sql", kHead), "linktarget");
  dump.read_head();
  EXPECT_EQ(dump.database(), "aawiki");
  SqlDump other(folder_.write("b-linktarget.sql", "CREATE DATABASE IF NOT EXISTS `x`;\nUSE `my_wiki`;\n"),
                "linktarget");
  other.read_head();
  EXPECT_EQ(other.database(), "my_wiki");
}

}  // namespace
}  // namespace linktrail
