// Which files of a folder are dumps, of which wiki and table: by their names, as Wikimedia and mysqldump users give
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/input_set.h"

namespace linktrail {

enum class DumpTable : std::uint8_t { kPage, kPagelinks, kLinktarget, kRedirect, kPageProps };

inline constexpr std::array<DumpTable, 5> kDumpTables{DumpTable::kPage, DumpTable::kPagelinks, DumpTable::kLinktarget,
                                                      DumpTable::kRedirect, DumpTable::kPageProps};

// "page_props".
const char* table_name(DumpTable table);

struct DumpName {
  std::string wiki;
  std::string date;  // "20240901" or "latest"; empty if the name has none
  DumpTable table = DumpTable::kPage;
};

// Of "enwiki-20240901-pagelinks.sql.gz", "enwiki-latest-pagelinks2.sql", "enwiki-20240901-pagelinks-part3.sql.zst",
// "my_wiki_page.sql": the table ends where its name does or a digit, "-" or "." follows. Nothing for other names: what
// ends in neither
// ".sql" nor that and ".gz", ".bz2" or ".zst" (a checksum, a list) is no dump.
std::optional<DumpName> parse_dump_name(std::string_view file_name);

struct DumpFile {
  InputFile input;
  std::uint16_t wiki = 0;  // in the list of wikis
  DumpTable table = DumpTable::kPage;
  std::vector<std::string> columns = {};  // of its CREATE TABLE, or of another file of the table if it has none
};

// The dumps to read.
struct DumpSet {
  std::vector<std::string> wikis;  // in the order asked for, or by name
  std::vector<DumpFile> files;     // by wiki, table and path
  std::vector<std::string> notes;  // what is odd and no fault, for the log

  bool has(std::uint16_t wiki, DumpTable table) const;
  // Whether pagelinks of the wiki may name targets by linktarget (since MediaWiki 1.41), not only by title.
  bool needs_linktarget(std::uint16_t wiki) const;
};

// The dumps in `folder` (regular files, not below it) of `wikis`, or of all wikis there if that is empty. Throws
// InputError if the folder cannot be read, has no dumps or not those of a wiki, or has dumps of several dates for one
// wiki.
DumpSet find_dumps(const std::string& folder, std::span<const std::string> wikis);

// Reads the head of every file: the columns, for files without CREATE TABLE those of another file of the same table,
// and the database. Throws InputError, with file and line, for another table, tables of one wiki that say they are of
// different databases, and tables whose columns nobody says.
void read_heads(DumpSet& dumps);

// Throws InputError naming wiki and table unless every wiki has each of `tables`, and linktarget where its pagelinks
// need it.
void expect_tables(const DumpSet& dumps, std::span<const DumpTable> tables);

}  // namespace linktrail
