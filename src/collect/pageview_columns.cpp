#include "collect/pageview_columns.h"

#include <array>
#include <string_view>

#include "core/error.h"
#include "corpus/line_reader.h"

namespace linktrail {

namespace {

constexpr const char* kExpected =
    "tab-separated names, among them actor, timestamp, wiki_db (or project) and page_id, once each";
constexpr const char* kAdvice = "export with a header line; docs/operations.md has the query";

using Position = std::uint32_t PageviewColumns::*;
constexpr std::array<std::pair<std::string_view, Position>, 14> kNames{{
    {"actor", &PageviewColumns::actor},
    {"actor_signature", &PageviewColumns::actor},
    {"actor_signature_per_project_family", &PageviewColumns::actor},
    {"timestamp", &PageviewColumns::time},
    {"ts", &PageviewColumns::time},
    {"dt", &PageviewColumns::time},
    {"wiki_db", &PageviewColumns::wiki},
    {"page_id", &PageviewColumns::page},
    {"namespace", &PageviewColumns::name_space},
    {"namespace_id", &PageviewColumns::name_space},
    {"agent_type", &PageviewColumns::agent},
    {"access_method", &PageviewColumns::access},
    {"is_pageview", &PageviewColumns::flag},
    {"project", &PageviewColumns::wiki_is_project},  // stands aside until it is known whether there is a wiki_db
}};

[[noreturn]] void refuse(const InputFile& file, const std::string& what) {
  throw input_error(
      {.what = what, .file = file.path, .line = 1, .expected = kExpected, .found = {}, .advice = kAdvice});
}

void take(PageviewColumns& columns, std::string_view name, std::uint32_t position, const InputFile& file) {
  name = name.substr(name.rfind('.') + 1);  // all of it if there is no dot
  for (const auto& [known, where] : kNames) {
    if (name != known) continue;
    if (columns.*where != PageviewColumns::kNone)
      refuse(file, fmt::format("two columns of the header mean the same: the second is '{}'", known));
    columns.*where = position;
  }
}

}  // namespace

PageviewColumns read_pageview_header(const InputFile& file) {
  LineReader lines(file, {0, 0, file.bytes}, LineText::kPrivate);
  std::string_view line;
  if (!lines.next(line)) refuse(file, "pageview log without a header: the file is empty");
  PageviewColumns columns;
  columns.wiki_is_project = PageviewColumns::kNone;
  while (true) {
    const std::size_t end = line.find('\t');
    take(columns, line.substr(0, end), columns.count++, file);
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  const bool by_project = columns.wiki == PageviewColumns::kNone;
  if (by_project) columns.wiki = columns.wiki_is_project;
  columns.wiki_is_project = by_project ? 1 : 0;
  if (columns.count > PageviewColumns::kMost)
    refuse(file,
           fmt::format("pageview header of {} columns; at most {} are read", columns.count, PageviewColumns::kMost));
  if (columns.actor == PageviewColumns::kNone) refuse(file, "pageview header lacks a column for the actor");
  if (columns.time == PageviewColumns::kNone) refuse(file, "pageview header lacks a column for the timestamp");
  if (columns.wiki == PageviewColumns::kNone) refuse(file, "pageview header lacks a column for the wiki");
  if (columns.page == PageviewColumns::kNone) refuse(file, "pageview header lacks a column for the page id");
  return columns;
}

}  // namespace linktrail
