#include "corpus/flat_files.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string>

#include "core/error.h"
#include "corpus/qid_text.h"

namespace linktrail {

namespace {

constexpr const char* kQidExpected = "a QID such as Q42";
constexpr const char* kQidAdvice = "map page ids and titles to QIDs first, or remove the line";

void split(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const std::size_t end = line.find(separator);
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

// What Hive, Spark and SQL exports write for a missing value.
bool is_missing(std::string_view field) {
  return field.empty() || field == "NULL" || field == "None" || field == "\"\"";
}

Qid qid_or_refuse(const LineReader& lines, std::string_view field) {
  const Qid qid = parse_qid(field);
  if (qid == kNoQid) refuse_line(lines, "not a QID", kQidExpected, field, kQidAdvice);
  return qid;
}

std::int64_t page_id_or_refuse(const LineReader& lines, std::string_view field) {
  std::int64_t page_id = 0;
  if (is_missing(field)) return page_id;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), page_id);
  if (error != std::errc{} || end != field.data() + field.size())
    refuse_line(lines, "not a page id", "a decimal number in pid_from", field, "check the order of the columns");
  return page_id;
}

void parse_outlinks(const LineReader& lines, std::string_view field, std::vector<Qid>& outlinks) {
  outlinks.clear();
  if (is_missing(field)) return;
  const std::string_view bad = parse_qids(field, outlinks);
  if (!bad.empty()) refuse_line(lines, "not a QID in outlinks", kQidExpected, bad, kQidAdvice);
}

// Moves to the next session that is not empty; false at the end of the piece.
bool next_session(LineReader& lines, std::vector<Qid>& session) {
  std::string_view line;
  while (lines.next(line)) {
    session.clear();
    const std::string_view bad = parse_qids(line, session);
    if (!bad.empty()) refuse_line(lines, "not a QID", "QIDs such as Q42 separated by spaces", bad, kQidAdvice);
    if (!session.empty()) return true;
  }
  return false;
}

// Rows of pagelinks one after the other; a row is valid until the next call.
class LinkRows {
 public:
  LinkRows(LineReader& lines, const LinkColumns& columns) : lines_(lines), columns_(columns) {}

  bool next(LinkRow& row) {
    std::string_view line;
    while (lines_.next(line)) {
      if (line.empty() || lines_.is_first_of_file()) continue;
      row = parse(line);
      return true;
    }
    return false;
  }

 private:
  LinkRow parse(std::string_view line) {
    split(line, '\t', fields_);
    if (fields_.size() != columns_.count)
      refuse_line(lines_, "wrong number of columns", fmt::format("{} tab-separated columns", columns_.count).c_str(),
                  fmt::format("{} columns: {}", fields_.size(), line.substr(0, 40)),
                  "every row needs as many columns as the header");
    parse_outlinks(lines_, fields_[columns_.outlinks], outlinks_);
    const std::string_view from = fields_[columns_.qid_from];
    return {.wiki_db = fields_[columns_.wiki_db],
            .page_id = page_id_or_refuse(lines_, fields_[columns_.page_id]),
            .qid_from = is_missing(from) ? kNoQid : qid_or_refuse(lines_, from),
            .outlinks = outlinks_};
  }

  LineReader& lines_;
  const LinkColumns& columns_;
  std::vector<std::string_view> fields_;
  std::vector<Qid> outlinks_;
};

}  // namespace

void read_sessions(LineReader& lines, const std::function<void(std::span<const Qid>)>& on_session) {
  std::vector<Qid> session;
  while (next_session(lines, session)) on_session(session);
}

LinkColumns read_link_header(const InputFile& file) {
  constexpr const char* kExpected = "the tab-separated columns wiki_db pid_from qid_from outlinks";
  constexpr const char* kAdvice = "add the header line, or export with it";
  LineReader lines(file, {0, 0, file.bytes});
  std::string_view line;
  if (!lines.next(line))
    throw input_error({.what = "pagelinks without a header: the file is empty",
                       .file = file.path,
                       .expected = kExpected,
                       .found = {},
                       .advice = kAdvice});
  std::vector<std::string_view> fields;
  split(line, '\t', fields);
  LinkColumns columns;
  columns.count = fields.size();
  const std::array<std::pair<std::string_view, std::size_t*>, 4> wanted{{{"wiki_db", &columns.wiki_db},
                                                                         {"pid_from", &columns.page_id},
                                                                         {"qid_from", &columns.qid_from},
                                                                         {"outlinks", &columns.outlinks}}};
  for (const auto& [name, position] : wanted) {
    std::size_t times = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i] != name) continue;
      *position = i;
      ++times;
    }
    if (times == 0) refuse_line(lines, "pagelinks header lacks a column", kExpected, line, kAdvice);
    if (times > 1) refuse_line(lines, "pagelinks header names a column twice", kExpected, line, kAdvice);
  }
  return columns;
}

void read_links(LineReader& lines, const LinkColumns& columns, const std::function<void(const LinkRow&)>& on_row) {
  LinkRows rows(lines, columns);
  LinkRow row;
  while (rows.next(row)) on_row(row);
}

std::uint64_t check_sessions_head(const InputFile& file) {
  LineReader lines(file, {0, 0, file.bytes});
  std::vector<Qid> session;
  std::uint64_t sessions = 0;
  while (sessions < kHeadRecords && next_session(lines, session)) ++sessions;
  return sessions;
}

std::uint64_t check_links_head(const InputFile& file) {
  const LinkColumns columns = read_link_header(file);
  LineReader lines(file, {0, 0, file.bytes});
  LinkRows all(lines, columns);
  LinkRow row;
  std::uint64_t rows = 0;
  while (rows < kHeadRecords && all.next(row)) ++rows;
  return rows;
}

void read_labels(LineReader& lines, const std::function<void(Qid, std::string_view label)>& on_label) {
  std::string_view line;
  std::vector<std::string_view> fields;
  while (lines.next(line)) {
    if (line.empty()) continue;
    split(line, '\t', fields);
    if (fields.size() != 2 || fields[1].empty())
      refuse_line(lines, "not a label row", "qid<TAB>label", line, "write one row for each label of an article");
    on_label(qid_or_refuse(lines, fields[0]), fields[1]);
  }
}

void read_titles(LineReader& lines,
                 const std::function<void(std::string_view wiki_db, Qid qid, std::string_view title)>& on_title) {
  std::string_view line;
  std::vector<std::string_view> fields;
  while (lines.next(line)) {
    if (line.empty()) continue;
    split(line, '\t', fields);
    const bool with_wiki = fields.size() == 3;
    if ((fields.size() != 2 && !with_wiki) || fields.back().empty())
      refuse_line(lines, "not a title row", "qid<TAB>title or wiki_db<TAB>qid<TAB>title", line, "check the columns");
    const std::string_view wiki_db = with_wiki ? fields[0] : std::string_view{};
    on_title(wiki_db, qid_or_refuse(lines, fields[with_wiki ? 1 : 0]), fields.back());
  }
}

void for_each_file(std::span<const InputFile> files, const std::function<void(LineReader&)>& read) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    LineReader lines(files[i], {i, 0, files[i].bytes});
    read(lines);
  }
}

}  // namespace linktrail
