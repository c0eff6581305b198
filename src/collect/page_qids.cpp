#include "collect/page_qids.h"

#include <array>
#include <utility>
#include <vector>

#include "collect/fields.h"
#include "core/error.h"
#include "corpus/qid_text.h"

namespace linktrail {

namespace {

constexpr std::size_t kMostColumns = 16;
constexpr const char* kHeader = "the tab-separated columns wiki_db page_id qid, once each";
constexpr const char* kAdvice = "write the table with linktrail collect pagelinks, or export it with this header";

// A row is never shown whole: given as this table by mistake, a pageview log must not name its readers in a message.
[[noreturn]] void refuse(const LineReader& lines, const char* what, const char* expected, std::string_view found) {
  refuse_line(lines, what, expected, found, kAdvice);
}

Qid parse_item(std::string_view text) {
  if (text.starts_with('Q')) return parse_qid(text);
  std::string with_letter(1, 'Q');
  with_letter += text;
  return parse_qid(with_letter);
}

}  // namespace

PageQidColumns read_page_qid_header(const InputFile& file) {
  LineReader lines(file, {0, 0, file.bytes}, LineText::kPrivate);
  std::string_view line;
  if (!lines.next(line))
    throw input_error({.what = "page-to-QID table without a header: the file is empty",
                       .file = file.path,
                       .expected = kHeader,
                       .found = {},
                       .advice = kAdvice});
  std::array<std::string_view, kMostColumns> fields;
  const std::size_t count = split_fields(line, fields);
  PageQidColumns columns;
  columns.count = static_cast<std::uint32_t>(count);
  const std::array<std::pair<std::string_view, std::uint32_t*>, 3> wanted{
      {{"wiki_db", &columns.wiki}, {"page_id", &columns.page}, {"qid", &columns.qid}}};
  for (const auto& [name, position] : wanted) {
    std::size_t times = 0;
    for (std::size_t i = 0; i < std::min(count, kMostColumns); ++i) {
      if (fields[i] != name) continue;
      *position = static_cast<std::uint32_t>(i);
      ++times;
    }
    if (times != 1 || count > kMostColumns) refuse(lines, "not the header of a page-to-QID table", kHeader, {});
  }
  return columns;
}

bool parse_page_qid(const LineReader& lines, std::string_view line, const PageQidColumns& columns, PageQid& row) {
  std::array<std::string_view, kMostColumns> fields;
  if (split_fields(line, fields) != columns.count)
    refuse(lines, "wrong number of columns in the page-to-QID table", "as many as the header has", {});
  row.wiki = fields[columns.wiki];
  if (row.wiki.empty()) refuse(lines, "no wiki in the page-to-QID table", "a wiki_db such as enwiki", row.wiki);
  if (is_missing(fields[columns.qid])) return false;
  row.page = parse_page_id(fields[columns.page]);
  if (row.page == 0) refuse(lines, "not a page id", "a whole number from 1 to 4294967295", fields[columns.page]);
  row.qid = parse_item(fields[columns.qid]);
  if (row.qid == kNoQid) refuse(lines, "not a QID", "a QID such as Q42", fields[columns.qid]);
  return true;
}

}  // namespace linktrail
