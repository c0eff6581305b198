// Damaged inputs of every reader of this room, plain and compressed: each ends in rows, or in an InputError that names
// the file. Nothing else may leave a reader, and none may go on for ever.
#include <gmock/gmock.h>

#include <functional>

#include "collect/clickstream_log.h"
#include "collect/dump_rows.h"
#include "collect/page_qids.h"
#include "collect/pageview_log.h"
#include "core/error.h"
#include "corpus/title_table.h"
#include "mutations.h"
#include "text_file.h"

namespace linktrail {
namespace {

constexpr const char* kActor = "5ecre7";  // as hard to make by chance as a signature

struct Outcomes {
  std::uint64_t read = 0, refused = 0;
};

using Read = std::function<std::uint64_t(const InputFile&)>;  // returns the rows

class Fuzz : public testing::Test {
 protected:
  // Reads variant `seed` as it is, compressed, and damaged once more when it is compressed.
  void try_variant(const std::string& text, const std::string& name, std::uint64_t seed, const Read& read) {
    test::Mutator mutator(seed);
    const std::string damaged = mutator.mutated(text);
    // Under new names: some file systems wait for the disk where a file is written over.
    const std::string path = std::to_string(seed) + "/" + name;
    std::filesystem::create_directory(folder_.path(std::to_string(seed)));
    try_file(folder_.write(path, damaged), damaged.size(), seed, read);
    const InputFile packed = folder_.write_gzip(path + ".gz", seed % 2 == 0 ? damaged : text);
    if (seed % 2 == 1) {
      std::ifstream file(packed.path, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      try_file(folder_.write(path + ".damaged.gz", mutator.mutated(bytes)), text.size() * 4, seed, read);
    } else {
      try_file(packed, damaged.size(), seed, read);
    }
    std::filesystem::remove_all(folder_.path(std::to_string(seed)));
  }

  void try_file(const InputFile& file, std::size_t bytes, std::uint64_t seed, const Read& read) {
    try {
      EXPECT_LE(read(file), bytes) << "more rows than bytes, variant " << seed;
      ++outcomes_.read;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(file.path)) << "variant " << seed;
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr(kActor))) << "variant " << seed;
      ++outcomes_.refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "variant " << seed << " of " << file.path << ": " << error.what();
    }
  }

  // Both outcomes are common, or the variants are too mild or too harsh to tell anything.
  void run(const std::string& text, const std::string& name, std::uint64_t count, const Read& read) {
    for (std::uint64_t seed = 1; seed <= test::variants(count); ++seed) try_variant(text, name, seed, read);
    EXPECT_GT(outcomes_.read * 10, test::variants(count));
    EXPECT_GT(outcomes_.refused * 10, test::variants(count));
  }

  test::TextFolder folder_;
  Outcomes outcomes_;
};

// Dumps ----------------------------------------------------------------------------------------------------------

std::string dump_of(const std::string& table, const std::string& columns, const std::string& rows) {
  return "-- MySQL dump 10.19  Distrib 10.11\n--\n-- Host: db1    Database: aawiki\n/*!40101 SET NAMES utf8mb4 */;\n"
         "DROP TABLE IF EXISTS `" +
         table + "`;\nCREATE TABLE `" + table + "` (\n" + columns +
         ",\n  PRIMARY KEY (`x`),\n  KEY `a, b` (`x`,`y`)\n) ENGINE=InnoDB COMMENT='it''s; ok';\n"
         "/*!40000 ALTER TABLE `" +
         table + "` DISABLE KEYS */;\nLOCK TABLES `" + table +
         "` WRITE;\n"
         "INSERT INTO `" +
         table + "` VALUES " + rows + ";\nINSERT INTO `" + table + "` VALUES\n" + rows +
         ";\nUNLOCK TABLES;\n-- Dump completed on 2024-09-01\n";
}

template <class Rows, class Row>
Read reader_of(DumpTable table) {
  return [table](const InputFile& input) {
    Rows rows(DumpFile{input, 0, table});
    Row row;
    std::uint64_t count = 0;
    while (rows.next(row)) ++count;
    return count + rows.rows().malformed().count;
  };
}

struct Table {
  std::string name, text;
  Read read;
};

std::vector<Table> tables() {
  return {
      {"page",
       dump_of("page",
               "  `page_id` int(8) unsigned NOT NULL,\n  `page_namespace` int(11) NOT NULL DEFAULT 0,\n"
               "  `page_title` varbinary(255) NOT NULL,\n  `page_is_redirect` tinyint(1) unsigned NOT NULL,\n"
               "  `page_random` double unsigned NOT NULL,\n  `page_lang` varbinary(35) DEFAULT NULL",
               "(1,0,'Main_Page',0,0.5e-3,NULL),(2,0,'It\\'s_\\\\',1,1,'de'),(3,-1,0x4142,0,.1,''),(4,4,'',0,1,NULL)"),
       reader_of<PageRows, PageRow>(DumpTable::kPage)},
      {"pagelinks",
       dump_of("pagelinks",
               "  `pl_from` int(8) unsigned NOT NULL,\n  `pl_namespace` int(11) NOT NULL,\n"
               "  `pl_title` varbinary(255) NOT NULL,\n  `pl_from_namespace` int(11) NOT NULL,\n"
               "  `pl_target_id` bigint(20) unsigned DEFAULT NULL",
               "(1,0,'A',0,NULL),(2,0,'B''s',0,7),(3,1,'C),(4',4,18446744073709551615)"),
       reader_of<PagelinkRows, PagelinkRow>(DumpTable::kPagelinks)},
      {"linktarget",
       dump_of("linktarget",
               "  `lt_id` bigint(20) unsigned NOT NULL,\n  `lt_namespace` int(11) NOT NULL,\n"
               "  `lt_title` varbinary(255) NOT NULL",
               "(1,0,'A'),(2,0,_binary 'B'),(3,-2,'\\0\\n\\%')"),
       reader_of<LinktargetRows, LinktargetRow>(DumpTable::kLinktarget)},
      {"redirect",
       dump_of("redirect",
               "  `rd_from` int(8) unsigned NOT NULL,\n  `rd_namespace` int(11) NOT NULL,\n"
               "  `rd_title` varbinary(255) NOT NULL,\n  `rd_interwiki` varbinary(32) DEFAULT NULL,\n"
               "  `rd_fragment` varbinary(255) DEFAULT NULL",
               "(1,0,'A',NULL,NULL),(2,0,'B','w','x'),(3,0,'C','','')"),
       reader_of<RedirectRows, RedirectRow>(DumpTable::kRedirect)},
      {"page_props",
       dump_of("page_props",
               "  `pp_page` int(11) NOT NULL,\n  `pp_propname` varbinary(60) NOT NULL,\n"
               "  `pp_value` blob NOT NULL,\n  `pp_sortkey` float DEFAULT NULL",
               "(1,'wikibase_item','Q42',NULL),(2,'disambiguation','',NULL),(3,'displaytitle','<i>a</i>',1.5)"),
       reader_of<PagePropRows, PagePropRow>(DumpTable::kPageProps)},
  };
}

TEST_F(Fuzz, DamagedDumpsGiveRowsOrAreRefused) {
  for (const Table& table : tables()) {
    outcomes_ = {};
    run(table.text, "aawiki-20240901-" + table.name + ".sql", 400, table.read);
  }
}

// Longer than the window that the reader moves along a file, so damage meets its edges.
TEST_F(Fuzz, DamagedLongDumpsGiveRowsOrAreRefused) {
  const Table table = tables()[2];
  std::string text = table.text;
  for (int i = 0; i < 40'000; ++i)
    text +=
        "INSERT INTO `linktarget` VALUES (" + std::to_string(i) + ",0,'Title_" + std::string(i % 300, 'x') + "');\n";
  for (std::uint64_t seed = 1; seed <= test::variants(6); ++seed)
    try_variant(text, "aawiki-20240901-linktarget.sql", seed, table.read);
  EXPECT_EQ(outcomes_.read + outcomes_.refused, 2 * test::variants(6));
}

TEST_F(Fuzz, DamagedHeadsOfDumpsAreReadOrRefused) {
  const Table table = tables()[0];
  run(table.text, "aawiki-20240901-page.sql", 400, [&](const InputFile& input) {
    DumpSet dumps{.wikis = {"aawiki"}, .files = {{input, 0, DumpTable::kPage}}, .notes = {}};
    read_heads(dumps);
    return dumps.files[0].columns.size();
  });
}

// Lines ----------------------------------------------------------------------------------------------------------

TEST_F(Fuzz, DamagedPageviewLogsGiveRowsOrAreRefusedAndNeverQuoted) {
  std::string text = "actor\tts\tproject\tpage_id\tnamespace_id\tagent_type\taccess_method\tis_pageview\n";
  for (const char* time : {"1790812800", "1790812800123", "2026-10-01T00:00:00Z", "2026-10-01 00:00:00.5", "NULL"})
    for (const char* project : {"en.wikipedia", "zh-yue.wikipedia", "be-tarask", "commons", "\\N"})
      text += std::string(kActor) + "\t" + time + "\t" + project + "\t7\t0\tuser\tdesktop\ttrue\n";
  run(text, "log.tsv", 1000, [](const InputFile& input) {
    const PageviewColumns columns = read_pageview_header(input);
    PageviewRows rows({}, {1, 2});
    LineReader lines(input, {0, 0, input.bytes}, LineText::kPrivate);
    std::string_view line;
    View view;
    std::uint64_t count = 0;
    while (lines.next(line)) {
      EXPECT_LE(rows.parse(line, columns, view), RowRule::kCount);
      EXPECT_THAT(rows.fault(), testing::Not(testing::HasSubstr(kActor)));
      ++count;
    }
    return count;
  });
}

TEST_F(Fuzz, DamagedPageQidTablesGiveRowsOrAreRefused) {
  std::string text = "qid\twiki_db\tpage_id\tmore\n";
  for (int page = 1; page < 30; ++page)
    text += (page % 5 == 0 ? "NULL" : "Q" + std::to_string(page * 7)) + "\tenwiki\t" + std::to_string(page) + "\t\n";
  run(text, "page_qids.tsv", 1000, [](const InputFile& input) {
    const PageQidColumns columns = read_page_qid_header(input);
    LineReader lines(input, {0, 0, input.bytes}, LineText::kPrivate);
    std::string_view line;
    PageQid row;
    std::uint64_t count = 0;
    while (lines.next(line))
      if (!line.empty() && !lines.is_first_of_file() && parse_page_qid(lines, line, columns, row)) {
        EXPECT_GT(row.page, 0U);
        EXPECT_GE(row.qid, 0);
        ++count;
      }
    return count;
  });
}

TEST_F(Fuzz, DamagedClickstreamsGiveRowsOrAreRefused) {
  std::string text;
  for (int i = 1; i < 30; ++i)
    text += (i % 4 == 0 ? "other-search\tB\texternal\t" : "A_" + std::to_string(i) + "\tB\tlink\t") +
            std::to_string(i) + "\n";
  run(text, "clickstream-enwiki-2026-10.tsv", 1000, [](const InputFile& input) {
    LineReader lines(input, {0, 0, input.bytes});
    std::string_view line;
    Click click;
    std::uint64_t count = 0;
    for (; lines.next(line); ++count) {
      if (const char* expected = parse_click(line, click); expected != nullptr)
        refuse_line(lines, "malformed row of a clickstream", expected, line, "fetch it again");
      EXPECT_GT(click.count, 0U);
      EXPECT_FALSE(click.prev.empty() || click.curr.empty());
    }
    return count;
  });
}

TEST_F(Fuzz, DamagedTitlesGiveRowsOrAreRefused) {
  std::string text;
  for (int i = 1; i < 30; ++i) text += "enwiki\tQ" + std::to_string(i) + "\tTitle_" + std::to_string(i) + "\n";
  run(text, "titles.tsv", 1000, [](const InputFile& input) { return TitleTable::load(std::span(&input, 1)).size(); });
}

}  // namespace
}  // namespace linktrail
