#include "collect/sql_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "collect/sql_text.h"

namespace linktrail {

namespace {

constexpr const char* kFetchAgain = "fetch the dump again";

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The name behind "Database: " in a comment that heads a dump; it ends at a blank.
std::string database_of(std::string_view comment) {
  constexpr std::string_view kLabel = "Database: ";
  const std::size_t at = comment.find(kLabel);
  if (at == std::string_view::npos || comment.find("Host: ") > at) return {};
  const std::string_view rest = comment.substr(at + kLabel.size());
  return std::string(rest.substr(0, std::min(rest.size(), rest.find_first_of(" \t\r\n"))));
}

}  // namespace

SqlDump::SqlDump(const InputFile& file, std::string table, std::vector<std::string> columns)
    : buffer_(file), table_(std::move(table)), columns_(columns), table_columns_(std::move(columns)) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (peek(kByteOrderMark.size()) == kByteOrderMark) buffer_.consume_to(buffer_.begin() + kByteOrderMark.size());
  tuple_ = buffer_.begin();
}

void SqlDump::read_head() {
  if (place_ == Place::kBetweenStatements && next_statement()) place_ = Place::kBeforeTuple;
}

bool SqlDump::next() {
  if (!find_tuple()) return false;
  while (true) {
    const ScannedTuple scanned = scan_tuple(buffer_.begin(), buffer_.end(), fields_);
    if (scanned.end == TupleEnd::kComplete) {
      tuple_ = buffer_.begin();
      buffer_.consume_to(scanned.position);
      place_ = Place::kAfterTuple;
      return true;
    }
    if (scanned.end == TupleEnd::kBroken)
      throw buffer_.fault(scanned.position, "no SQL value in a tuple", "a number, NULL, 'text' or a hex literal",
                          kFetchAgain);
    if (static_cast<std::size_t>(buffer_.end() - buffer_.begin()) > kMaxSqlTokenBytes)
      throw buffer_.fault(buffer_.begin(), "tuple too long", fmt::format("at most {} bytes", kMaxSqlTokenBytes),
                          "a quote may be missing; fetch the dump again");
    if (!refill()) truncated();
  }
}

bool SqlDump::find_tuple() {
  while (true) {
    if (place_ == Place::kEnd || (place_ == Place::kBetweenStatements && !next_statement())) return false;
    if (place_ == Place::kBetweenStatements) place_ = Place::kBeforeTuple;
    if (!skip_blank()) truncated();
    const char found = *buffer_.begin();
    if (place_ == Place::kBeforeTuple) {
      if (found == '(' && !columns_.empty()) return true;
      if (found == '(')
        throw buffer_.fault(buffer_.begin(), "rows before CREATE TABLE: the columns are not known",
                            fmt::format("CREATE TABLE `{}` here or in another file of this table", table_),
                            "give the first part of the dump too");
      throw buffer_.fault(buffer_.begin(), "no tuple behind VALUES or a comma", "'('", kFetchAgain);
    }
    if (found != ',' && found != ';')
      throw buffer_.fault(buffer_.begin(), "something else behind a tuple", "',' or ';'", kFetchAgain);
    buffer_.consume_to(buffer_.begin() + 1);
    place_ = found == ',' ? Place::kBeforeTuple : Place::kBetweenStatements;
  }
}

bool SqlDump::next_statement() {
  while (skip_blank()) {
    const std::string_view start = peek(16);
    if (start.starts_with("--") || start.starts_with('#')) {
      skip_line_comment();
    } else if (start.starts_with("/*")) {
      if (up_to("*/").empty()) truncated();
    } else if (start.starts_with(';')) {
      buffer_.consume_to(buffer_.begin() + 1);
    } else if (starts_with_word(start, "INSERT") || starts_with_word(start, "REPLACE")) {
      start_insert();
      return true;
    } else if (starts_with_word(start, "CREATE")) {
      read_create(take_statement());
    } else if (starts_with_word(start, "USE")) {
      read_use(take_statement());
    } else {
      const char first = start.front();
      if (!((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '('))
        throw buffer_.fault(buffer_.begin(), "no SQL statement", "a statement or a comment",
                            "check that this is an SQL dump");
      take_statement();
    }
  }
  place_ = Place::kEnd;
  return false;
}

bool SqlDump::skip_blank() {
  while (true) {
    const char* p = buffer_.begin();
    while (is_blank(*p)) ++p;  // the padding is not blank
    buffer_.consume_to(p);
    if (p < buffer_.end()) return true;
    if (!refill()) return false;
  }
}

std::string_view SqlDump::peek(std::size_t bytes) {
  while (static_cast<std::size_t>(buffer_.end() - buffer_.begin()) < bytes && refill()) {
  }
  return {buffer_.begin(), std::min(bytes, static_cast<std::size_t>(buffer_.end() - buffer_.begin()))};
}

std::string_view SqlDump::up_to(std::string_view stop) {
  for (std::size_t searched = 0;;) {
    const std::string_view window(buffer_.begin(), static_cast<std::size_t>(buffer_.end() - buffer_.begin()));
    const std::size_t at = window.find(stop, searched);
    if (at != std::string_view::npos) {
      buffer_.consume_to(buffer_.begin() + at + stop.size());
      return window.substr(0, at + stop.size());
    }
    if (window.size() > kMaxSqlTokenBytes)
      throw buffer_.fault(buffer_.begin(), "comment too long", fmt::format("at most {} bytes", kMaxSqlTokenBytes),
                          kFetchAgain);
    searched = window.size() - std::min(window.size(), stop.size() - 1);
    if (!refill()) return {};
  }
}

void SqlDump::skip_line_comment() {
  std::string_view comment = up_to("\n");
  if (comment.empty()) {  // the last line of the file
    comment = {buffer_.begin(), static_cast<std::size_t>(buffer_.end() - buffer_.begin())};
    buffer_.consume_to(buffer_.end());
  }
  if (comment.starts_with("-- MySQL dump") || comment.starts_with("-- MariaDB dump")) has_start_ = true;
  if (comment.starts_with("-- Dump completed")) has_end_ = true;
  if (database_.empty()) database_ = database_of(comment);
}

std::string_view SqlDump::take_statement() {
  for (std::size_t i = 0;;) {
    const char* begin = buffer_.begin();
    const auto size = static_cast<std::size_t>(buffer_.end() - begin);
    char quote = 0;
    for (; i < size && (quote != 0 || begin[i] != ';'); ++i) {
      const char c = begin[i];
      if (quote == 0 && (c == '\'' || c == '"' || c == '`'))
        quote = c;
      else if (c == quote)
        quote = 0;
      else if (c == '\\' && quote != '`')
        ++i;
    }
    if (i < size) {
      buffer_.consume_to(begin + i + 1);
      return {begin, i};
    }
    if (size > kMaxSqlTokenBytes)
      throw buffer_.fault(begin, "statement too long", fmt::format("at most {} bytes", kMaxSqlTokenBytes), kFetchAgain);
    if (!refill()) truncated();
    i = 0;  // quotes are counted anew: statements other than INSERT are short
  }
}

void SqlDump::read_create(std::string_view statement) {
  SqlWords words(statement);
  words.take("CREATE");
  if (words.take("DATABASE")) return;
  words.take("TEMPORARY");
  if (!words.take("TABLE")) return;
  if (words.take("IF") && words.take("NOT")) words.take("EXISTS");
  expect_table(words.take_name());
  const std::string_view rest = words.rest();
  const std::size_t open = rest.find('('), close = rest.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  table_columns_ = columns_of_create(rest.substr(open + 1, close - open - 1));
  set_columns(table_columns_);
}

void SqlDump::read_use(std::string_view statement) {
  SqlWords words(statement);
  words.take("USE");
  if (database_.empty()) database_ = words.take_name();
}

// Reads "INSERT INTO `table` (columns) VALUES" up to the first tuple.
void SqlDump::start_insert() {
  constexpr std::size_t kMaxInsertHead = 16UL << 10;
  std::string_view window;
  std::size_t at = std::string_view::npos;
  for (std::size_t want = 128; at == std::string_view::npos; want *= 2) {
    window = peek(want);
    for (std::size_t i = 0; i + 6 <= window.size() && at == std::string_view::npos; ++i)
      if (starts_with_word(window.substr(i), "VALUES")) at = i;
    if (at != std::string_view::npos && at + 6 < window.size()) break;
    if (window.size() < want) truncated();
    if (want > kMaxInsertHead)
      throw buffer_.fault(buffer_.begin(), "INSERT without VALUES", "INSERT INTO `table` VALUES (...)",
                          "INSERT ... SELECT and SET cannot be read; dump with mysqldump");
  }
  SqlWords words(window.substr(0, at));
  if (!words.take("INSERT")) words.take("REPLACE");
  for (const char* modifier : {"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"}) words.take(modifier);
  expect_table(words.take_name());
  const std::vector<std::string> named = words.take_name_list();
  set_columns(named.empty() ? table_columns_ : named);
  buffer_.consume_to(buffer_.begin() + at + 6);
}

void SqlDump::expect_table(std::string_view found) const {
  if (found == table_) return;
  throw input_error({.what = "another table",
                     .file = buffer_.path(),
                     .line = buffer_.line_at(const_cast<SqlBuffer&>(buffer_).begin()),
                     .expected = fmt::format("table `{}`, as the name of the file says", table_),
                     .found = std::string(found),
                     .advice = "name the file after its table"});
}

void SqlDump::set_columns(std::vector<std::string> columns) {
  if (columns == columns_ && layout_ > 0) return;
  columns_ = std::move(columns);
  ++layout_;
}

void SqlDump::truncated() const {
  SqlBuffer& buffer = const_cast<SqlBuffer&>(buffer_);
  throw input_error({.what = "the file ends inside a statement",
                     .file = buffer.path(),
                     .line = buffer.line_at(buffer.end()),
                     .expected = "';'",
                     .found = "the end of the file",
                     .advice = "the file is truncated; fetch the dump again"});
}

}  // namespace linktrail
