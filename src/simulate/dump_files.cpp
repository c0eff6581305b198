#include "simulate/dump_files.h"

#include <fmt/format.h>

#include "corpus/flat_writers.h"
#include "simulate/make_folder.h"

namespace linktrail {

namespace {

constexpr const char* kDate = "20240901";
constexpr std::size_t kStatementBytes = 1UL << 20;  // as mysqldump cuts INSERT

// One table in one file: head, rows in statements of a megabyte, end.
class TableFile {
 public:
  TableFile(const std::string& path, const std::string& wiki, std::string table, std::string_view columns)
      : writer_(path), table_(std::move(table)) {
    writer_.write(
        fmt::format("/*M!999999\\- enable the sandbox mode */ \n"
                    "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)\n--\n"
                    "-- Host: db1206    Database: {}\n"
                    "-- ------------------------------------------------------\n"
                    "/*!40101 SET NAMES utf8mb4 */;\n\n"
                    "DROP TABLE IF EXISTS `{}`;\nCREATE TABLE `{}` (\n{}\n) ENGINE=InnoDB DEFAULT "
                    "CHARSET=binary;\n\n/*!40000 ALTER TABLE `{}` DISABLE KEYS */;\n",
                    wiki, table_, table_, columns, table_));
  }

  // Where the next tuple is to be appended.
  std::string& row() {
    if (text_.size() >= kStatementBytes) flush();
    text_ += text_.empty() ? fmt::format("INSERT INTO `{}` VALUES ", table_) : ",";
    return text_;
  }

  void finish() {
    flush();
    writer_.write(
        fmt::format("/*!40000 ALTER TABLE `{}` ENABLE KEYS */;\n\n"
                    "-- Dump completed on 2024-09-02  1:02:03\n",
                    table_));
    writer_.finish();
  }

 private:
  void flush() {
    if (text_.empty()) return;
    text_ += ";\n";
    writer_.write(text_);
    text_.clear();
  }

  FlatFileWriter writer_;
  std::string table_;
  std::string text_;
};

std::string sql_text(std::string_view bytes) {
  std::string text = "'";
  for (const char c : bytes) {
    if (c == '\'' || c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text + "'";
}

constexpr std::string_view kPageColumns =
    "  `page_id` int(8) unsigned NOT NULL AUTO_INCREMENT,\n  `page_namespace` int(11) NOT NULL DEFAULT 0,\n"
    "  `page_title` varbinary(255) NOT NULL DEFAULT '',\n{}  `page_is_redirect` tinyint(1) unsigned NOT NULL,\n"
    "  `page_is_new` tinyint(1) unsigned NOT NULL,\n  `page_random` double unsigned NOT NULL,\n"
    "  `page_touched` binary(14) NOT NULL,\n  `page_links_updated` varbinary(14) DEFAULT NULL,\n"
    "  `page_latest` int(8) unsigned NOT NULL,\n  `page_len` int(8) unsigned NOT NULL,\n"
    "  `page_content_model` varbinary(32) DEFAULT NULL,\n  `page_lang` varbinary(35) DEFAULT NULL,\n"
    "  PRIMARY KEY (`page_id`),\n  UNIQUE KEY `page_name_title` (`page_namespace`,`page_title`)";

constexpr std::string_view kRedirectColumns =
    "  `rd_from` int(8) unsigned NOT NULL DEFAULT 0,\n  `rd_namespace` int(11) NOT NULL DEFAULT 0,\n"
    "  `rd_title` varbinary(255) NOT NULL DEFAULT '',\n  `rd_interwiki` varbinary(32) DEFAULT NULL,\n"
    "  `rd_fragment` varbinary(255) DEFAULT NULL,\n  PRIMARY KEY (`rd_from`)";

constexpr std::string_view kPagePropsColumns =
    "  `pp_page` int(8) NOT NULL,\n  `pp_propname` varbinary(60) NOT NULL DEFAULT '',\n  `pp_value` blob NOT NULL,\n"
    "  `pp_sortkey` float DEFAULT NULL,\n  PRIMARY KEY (`pp_page`,`pp_propname`)";

constexpr std::string_view kLinktargetColumns =
    "  `lt_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,\n  `lt_namespace` int(11) NOT NULL,\n"
    "  `lt_title` varbinary(255) NOT NULL,\n  PRIMARY KEY (`lt_id`)";

constexpr std::string_view kLinksByTitle =
    "  `pl_from` int(8) unsigned NOT NULL DEFAULT 0,\n  `pl_namespace` int(11) NOT NULL DEFAULT 0,\n"
    "  `pl_title` varbinary(255) NOT NULL DEFAULT '',\n  `pl_from_namespace` int(11) NOT NULL DEFAULT 0,\n"
    "  PRIMARY KEY (`pl_from`,`pl_namespace`,`pl_title`)";

constexpr std::string_view kLinksByTarget =
    "  `pl_from` int(8) unsigned NOT NULL DEFAULT 0,\n  `pl_from_namespace` int(11) NOT NULL DEFAULT 0,\n"
    "  `pl_target_id` bigint(20) unsigned NOT NULL,\n  PRIMARY KEY (`pl_from`,`pl_target_id`)";

// The dumps of one wiki.
class WikiDumps {
 public:
  WikiDumps(const DumpWorld& world, std::uint32_t wiki, const std::string& folder, FlatCompression compression)
      : world_(world),
        wiki_(wiki),
        start_(fmt::format("{}/{}-{}-", folder, world.wiki_db(wiki), kDate)),
        end_(compression == FlatCompression::kGzip ? ".sql.gz" : ".sql") {}

  void write_pages() const {
    // Wikis by title are of the time when a page had 13 columns.
    const bool old = world_.links_by_title(wiki_);
    TableFile file =
        open("page", "page", fmt::format(fmt::runtime(kPageColumns), old ? "  `page_restrictions` tinyblob,\n" : ""));
    for (std::uint32_t page = 1; page <= world_.pages(wiki_); ++page) {
      const SimulatedPage kind = world_.kind(wiki_, page);
      fmt::format_to(std::back_inserter(file.row()),
                     "({},{},{}{},{},0,0.{:012d},'20240830120000',{},{},{},'wikitext',NULL)", page,
                     DumpWorld::space(kind), sql_text(world_.title(wiki_, page)), old ? ",''" : "",
                     DumpWorld::is_redirect(kind) ? 1 : 0, std::uint64_t{page} * 77777,
                     page % 3 == 0 ? "NULL" : "'20240830120001'", std::uint64_t{page} + 5000000000, page % 9000);
    }
    file.finish();
  }

  void write_redirects() const {
    TableFile file = open("redirect", "redirect", kRedirectColumns);
    for (std::uint32_t page = 1; page <= world_.pages(wiki_); ++page) {
      const SimulatedPage kind = world_.kind(wiki_, page);
      if (!DumpWorld::is_redirect(kind) || kind == SimulatedPage::kRedirectUntold) continue;
      const std::uint32_t target = world_.redirect_target(wiki_, page);
      fmt::format_to(std::back_inserter(file.row()), "({},{},{},{},{})", page, DumpWorld::space(kind_of(target)),
                     sql_text(world_.title(wiki_, target)),
                     kind == SimulatedPage::kRedirectAway ? "'en'"
                     : page % 2 == 0                      ? "''"
                                                          : "NULL",
                     page % 5 == 0 ? "'Section'" : "NULL");
    }
    file.finish();
  }

  void write_props() const {
    TableFile file = open("page_props", "page_props", kPagePropsColumns);
    for (std::uint32_t page = 1; page <= world_.pages(wiki_); ++page) {
      const SimulatedPage kind = world_.kind(wiki_, page);
      if (kind == SimulatedPage::kDisambiguation)
        fmt::format_to(std::back_inserter(file.row()), "({},'disambiguation','',NULL)", page);
      if (page % 11 == 0)  // a blob, as templates have them
        fmt::format_to(std::back_inserter(file.row()), "({},'templatedata','\x1f\x8b\\0\xff\\'\\n',{})", page,
                       page % 2 == 0 ? "NULL" : "12.5");
      if (kind != SimulatedPage::kWithoutQid && !DumpWorld::is_redirect(kind))
        fmt::format_to(std::back_inserter(file.row()), "({},'wikibase_item','Q{}',NULL)", page, world_.qid(page));
    }
    file.finish();
  }

  // Ids are not those of pages: a target may have been named before it was written.
  void write_linktargets() const {
    if (world_.links_by_title(wiki_)) return;
    TableFile file = open("linktarget", "linktarget", kLinktargetColumns);
    for (std::uint32_t page = 1; page <= world_.named(wiki_); ++page)
      fmt::format_to(std::back_inserter(file.row()), "({},{},{})", linktarget(page), DumpWorld::space(kind_of(page)),
                     sql_text(world_.title(wiki_, page)));
    file.finish();
  }

  std::uint64_t write_links() const {
    std::uint64_t rows = 0;
    const std::uint32_t files = std::max(1U, world_.params().files), pages = world_.pages(wiki_);
    for (std::uint32_t part = 0; part < files; ++part) {
      const auto first = static_cast<std::uint32_t>(std::uint64_t{pages} * part / files) + 1;
      const auto last = static_cast<std::uint32_t>(std::uint64_t{pages} * (part + 1) / files);
      TableFile file = open(files == 1 ? "pagelinks" : fmt::format("pagelinks{}", part + 1), "pagelinks",
                            world_.links_by_title(wiki_) ? kLinksByTitle : kLinksByTarget);
      for (std::uint32_t page = first; page <= last; ++page) rows += write_links_of(page, file);
      file.finish();
    }
    return rows;
  }

 private:
  TableFile open(const std::string& name, const std::string& table, std::string_view columns) const {
    return TableFile(start_ + name + end_, world_.wiki_db(wiki_), table, columns);
  }

  SimulatedPage kind_of(std::uint32_t page) const {
    return page <= world_.pages(wiki_) ? world_.kind(wiki_, page) : SimulatedPage::kArticle;
  }

  static std::uint64_t linktarget(std::uint32_t page) { return std::uint64_t{page} * 3 + 5000000000; }

  std::uint32_t write_links_of(std::uint32_t page, TableFile& file) const {
    const bool by_title = world_.links_by_title(wiki_);
    const std::int32_t from_space = DumpWorld::space(kind_of(page));
    const std::uint32_t count = world_.link_count(wiki_, page);
    for (std::uint32_t link = 0; link < count; ++link) {
      const std::uint32_t target = world_.link_target(wiki_, page, link);
      auto out = std::back_inserter(file.row());
      if (by_title)
        fmt::format_to(out, "({},{},{},{})", page, DumpWorld::space(kind_of(target)),
                       sql_text(world_.title(wiki_, target)), from_space);
      else
        fmt::format_to(out, "({},{},{})", page, from_space, linktarget(target));
    }
    return count;
  }

  const DumpWorld& world_;
  std::uint32_t wiki_;
  std::string start_, end_;
};

}  // namespace

DumpCounts write_dumps(const DumpWorldParams& params, const std::string& folder, FlatCompression compression) {
  make_folder(folder);
  const DumpWorld world(params);
  DumpCounts counts;
  for (std::uint32_t wiki = 0; wiki < params.wikis; ++wiki) {
    const WikiDumps dumps(world, wiki, folder, compression);
    dumps.write_pages();
    dumps.write_redirects();
    dumps.write_props();
    dumps.write_linktargets();
    counts.pages += world.pages(wiki);
    counts.links += dumps.write_links();
  }
  return counts;
}

}  // namespace linktrail
