#include "collect/qid_table.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "collect/fields.h"
#include "core/error.h"
#include "corpus/qid_text.h"

namespace linktrail {

namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

template <class T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  return fault == std::errc() && end == text.data() + text.size();
}

[[noreturn]] void refuse(const LineReader& lines, std::string_view line) {
  throw input_error({.what = "no row of a page-to-QID table",
                     .file = lines.path(),
                     .line = lines.line_number(),
                     .expected = "the columns of the header: a wiki, a page id, a QID",
                     .found = std::string(line),
                     .advice = "correct or remove the row"});
}

}  // namespace

QidColumns read_qid_header(const InputFile& file) {
  LineReader lines(file, {0, 0, file.bytes});
  std::string_view line;
  if (!lines.next(line)) line = {};
  const auto fields = split(line);
  const auto position = [&](std::string_view name) {
    const auto found = std::find(fields.begin(), fields.end(), name);
    if (found == fields.end())
      throw input_error({.what = "no page-to-QID table",
                         .file = file.path,
                         .line = 1,
                         .expected = "a header with wiki_db, page_id and qid, separated by tabs",
                         .found = std::string(line),
                         .advice = "name the columns in the first line"});
    return static_cast<std::size_t>(found - fields.begin());
  };
  return {position("wiki_db"), position("page_id"), position("qid"), fields.size()};
}

bool read_qid_rows(LineReader& lines, const QidColumns& columns,
                   const std::function<bool(std::string_view wiki, std::uint32_t page, Qid qid)>& on_row) {
  std::string_view line;
  while (lines.next(line)) {
    if (lines.is_first_of_file() || line.empty()) continue;
    const auto fields = split(line);
    std::uint32_t page = 0;
    if (fields.size() != columns.count || !parse_number(fields[columns.page], page)) refuse(lines, line);
    const std::string_view text = fields[columns.qid];
    if (is_missing(text)) continue;
    Qid qid = parse_qid(text);
    if (qid == kNoQid && !(parse_number(text, qid) && qid >= 0)) refuse(lines, line);
    if (!on_row(fields[columns.wiki], page, qid)) return true;
  }
  return false;
}

}  // namespace linktrail
