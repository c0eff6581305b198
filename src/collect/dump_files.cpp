#include "collect/dump_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "collect/sql_dump.h"
#include "core/error.h"

namespace linktrail {

namespace {

constexpr std::array<const char*, 5> kTableNames{"page", "pagelinks", "linktarget", "redirect", "page_props"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether dumps may have this behind ".sql".
bool is_compression(std::string_view suffix) {
  return suffix.empty() || suffix == ".gz" || suffix == ".bz2" || suffix == ".zst";
}

bool is_date(std::string_view text) {
  return text == "latest" || (text.size() == 8 && std::all_of(text.begin(), text.end(), is_digit));
}

// The table at the start of `text`, if its name ends there.
std::optional<DumpTable> leading_table(std::string_view text) {
  for (const DumpTable table : kDumpTables) {
    const std::string_view name = table_name(table);
    if (!text.starts_with(name) || text.size() == name.size()) continue;
    const char next = text[name.size()];
    if (next == '.' || next == '-' || is_digit(next)) return table;
  }
  return std::nullopt;
}

// "WIKI-DATE-TABLE..." or "WIKI-TABLE...".
std::optional<DumpName> parse_hyphens(std::string_view name) {
  const std::size_t first = name.find('-');
  if (first == 0 || first == std::string_view::npos) return std::nullopt;
  std::string_view rest = name.substr(first + 1);
  DumpName found{.wiki = std::string(name.substr(0, first)), .date = {}};
  const std::size_t second = rest.find('-');
  if (second != std::string_view::npos && is_date(rest.substr(0, second))) {
    found.date = rest.substr(0, second);
    rest.remove_prefix(second + 1);
  }
  const auto table = leading_table(rest);
  if (!table) return std::nullopt;
  found.table = *table;
  return found;
}

// "WIKI_TABLE..."; wikis have underscores too, so the table is what stands last.
std::optional<DumpName> parse_underscores(std::string_view name) {
  for (std::size_t at = name.find('_'); at != std::string_view::npos; at = name.find('_', at + 1)) {
    const auto table = leading_table(name.substr(at + 1));
    if (table && at > 0) return DumpName{std::string(name.substr(0, at)), {}, *table};
  }
  return std::nullopt;
}

struct NamedFile {
  DumpName name;
  std::string path;
};

// A folder, a pipe or a device. A link to nowhere is kept, for its reader to refuse: data went missing.
bool is_no_file(const std::filesystem::directory_entry& entry) {
  std::error_code unknown;
  return entry.exists(unknown) && !entry.is_regular_file(unknown);
}

std::vector<NamedFile> list_dumps(const std::string& folder) {
  std::vector<NamedFile> found;
  std::error_code fault;
  for (std::filesystem::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    const auto name = parse_dump_name(entry->path().filename().string());
    if (name && !is_no_file(*entry)) found.push_back({*name, entry->path().string()});
  }
  if (fault) throw InputError(fmt::format("--dumps {}: cannot be read: {}; check the path", folder, fault.message()));
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

std::vector<std::string> wikis_of(const std::vector<NamedFile>& files) {
  std::set<std::string> names;
  for (const NamedFile& file : files) names.insert(file.name.wiki);
  return {names.begin(), names.end()};
}

void refuse_several_dates(const std::string& wiki, const std::vector<NamedFile>& files) {
  std::set<std::string> dates;
  for (const NamedFile& file : files)
    if (file.name.wiki == wiki) dates.insert(file.name.date.empty() ? "no date" : file.name.date);
  if (dates.size() > 1)
    throw InputError(
        fmt::format("dumps of {} of several dates ({}) lie side by side; expected one; move the others elsewhere", wiki,
                    fmt::join(dates, ", ")));
}

std::string without_compression(const std::string& path) { return path.substr(0, path.rfind(".sql")); }

// Rows of both would count twice.
void refuse_copies(const std::vector<NamedFile>& files) {
  std::map<std::string, std::string> seen;
  for (const NamedFile& file : files) {
    const auto [entry, is_new] = seen.try_emplace(without_compression(file.path), file.path);
    if (!is_new)
      throw InputError(fmt::format("{} and {} are one dump in two forms; expected one; move the other elsewhere",
                                   entry->second, file.path));
  }
}

struct Head {
  std::string database;
  std::vector<std::string> columns;
};

Head read_head(const DumpFile& file) {
  SqlDump dump(file.input, table_name(file.table));
  dump.read_head();
  if (dump.at_end() && dump.columns().empty())
    throw input_error({.what = "neither CREATE TABLE nor a row",
                       .file = file.input.path,
                       .expected = fmt::format("a dump of the table {}", table_name(file.table)),
                       .found = fmt::format("{} bytes", file.input.bytes),
                       .advice = "fetch the dump again"});
  return {dump.database(), dump.columns()};
}

// The database that the files of one wiki agree on.
void check_database(DumpSet& dumps, const DumpFile& file, const Head& head, std::map<int, std::string>& seen) {
  if (head.database.empty()) return;
  const std::string& wiki = dumps.wikis[file.wiki];
  const auto [entry, is_first] = seen.try_emplace(file.wiki, head.database);
  if (entry->second != head.database)
    throw input_error({.what = "a table of another wiki",
                       .file = file.input.path,
                       .line = 1,
                       .expected = "database " + entry->second + ", as the other tables of " + wiki,
                       .found = head.database,
                       .advice = "fetch the table of " + wiki});
  if (is_first && head.database != wiki)
    dumps.notes.push_back(
        fmt::format("the dumps named {} say that they are of {}; they are collected as {}", wiki, head.database, wiki));
}

}  // namespace

const char* table_name(DumpTable table) { return kTableNames[static_cast<std::size_t>(table)]; }

std::optional<DumpName> parse_dump_name(std::string_view file_name) {
  if (file_name.starts_with('.') || file_name.starts_with('_') || file_name.ends_with(".partial")) return std::nullopt;
  const std::size_t suffix = file_name.rfind(".sql");
  if (suffix == std::string_view::npos) return std::nullopt;
  if (!is_compression(file_name.substr(suffix + 4))) return std::nullopt;
  const auto by_hyphens = parse_hyphens(file_name);
  return by_hyphens ? by_hyphens : parse_underscores(file_name);
}

bool DumpSet::has(std::uint16_t wiki, DumpTable table) const {
  return std::any_of(files.begin(), files.end(),
                     [&](const DumpFile& file) { return file.wiki == wiki && file.table == table; });
}

bool DumpSet::needs_linktarget(std::uint16_t wiki) const {
  return std::any_of(files.begin(), files.end(), [&](const DumpFile& file) {
    return file.wiki == wiki && file.table == DumpTable::kPagelinks &&
           std::find(file.columns.begin(), file.columns.end(), "pl_target_id") != file.columns.end();
  });
}

DumpSet find_dumps(const std::string& folder, std::span<const std::string> wikis) {
  const std::vector<NamedFile> named = list_dumps(folder);
  if (named.empty())
    throw InputError(fmt::format(
        "--dumps {}: no SQL dump; expected names like enwiki-20240901-page.sql.gz or my_wiki_page.sql", folder));
  refuse_copies(named);
  DumpSet dumps{.wikis = wikis.empty() ? wikis_of(named) : std::vector<std::string>(wikis.begin(), wikis.end()),
                .files = {},
                .notes = {}};
  if (dumps.wikis.size() > 0xffff) throw InputError("more than 65535 wikis; collect them in several runs");
  for (std::size_t wiki = 0; wiki < dumps.wikis.size(); ++wiki) {
    refuse_several_dates(dumps.wikis[wiki], named);
    for (const DumpTable table : kDumpTables)
      for (const NamedFile& file : named)
        if (file.name.wiki == dumps.wikis[wiki] && file.name.table == table)
          dumps.files.push_back(
              {expand_inputs(std::span(&file.path, 1)).front(), static_cast<std::uint16_t>(wiki), table});
    if (dumps.files.empty() || dumps.files.back().wiki != wiki)
      throw InputError(fmt::format("--dumps {}: no dump of {}; found those of {}", folder, dumps.wikis[wiki],
                                   fmt::join(wikis_of(named), ", ")));
  }
  return dumps;
}

void read_heads(DumpSet& dumps) {
  std::map<int, std::string> databases;
  std::map<std::pair<int, DumpTable>, std::vector<std::string>> columns;
  for (DumpFile& file : dumps.files) {
    Head head = read_head(file);
    check_database(dumps, file, head, databases);
    auto& known = columns[{file.wiki, file.table}];
    if (known.empty()) known = head.columns;
    file.columns = std::move(head.columns);
  }
  for (DumpFile& file : dumps.files)
    if (file.columns.empty()) file.columns = columns[{file.wiki, file.table}];
}

void expect_tables(const DumpSet& dumps, std::span<const DumpTable> tables) {
  const auto expect = [&](std::uint16_t wiki, DumpTable table, const char* advice) {
    if (dumps.has(wiki, table)) return;
    throw InputError(fmt::format("no dump of the table {} of {}; expected a file like {}-DATE-{}.sql.gz; {}",
                                 table_name(table), dumps.wikis[wiki], dumps.wikis[wiki], table_name(table), advice));
  };
  for (std::uint16_t wiki = 0; wiki < dumps.wikis.size(); ++wiki) {
    for (const DumpTable table : tables)
      expect(wiki, table,
             table == DumpTable::kPageProps  ? "fetch it, or give a table of QIDs by --qids"
             : table == DumpTable::kRedirect ? "fetch it, or drop links to redirects by --redirect-hops 0"
                                             : "fetch it");
    if (dumps.needs_linktarget(wiki))
      expect(wiki, DumpTable::kLinktarget, "fetch it: these pagelinks name their targets by its ids");
  }
}

}  // namespace linktrail
