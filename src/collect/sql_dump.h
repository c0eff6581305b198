// One table of an SQL dump (mysqldump, mariadb-dump), row by row.
//
// Understood: comments, CREATE TABLE (for the names of the columns), INSERT INTO or REPLACE INTO with any number of
// tuples on any number of lines, with or without a list of columns; every other statement is skipped. A file holds one
// table: a CREATE TABLE or INSERT of another is refused with file and line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/sql_buffer.h"
#include "collect/sql_row.h"

namespace linktrail {

// A longer tuple or statement is refused: an unterminated string would otherwise swallow the file.
inline constexpr std::size_t kMaxSqlTokenBytes = 32UL << 20;

class SqlDump {
 public:
  // `columns` are those of the table where the file may not say them itself: a part of a dump without its beginning.
  SqlDump(const InputFile& file, std::string table, std::vector<std::string> columns = {});

  // Reads up to the first INSERT or the end of the file, so that columns() and database() are known.
  void read_head();

  // Moves to the next tuple; false at the end of the file. Throws InputError with file and line where the file breaks
  // off inside a statement, is no SQL, holds another table, or has tuples without naming the columns.
  bool next();

  // The values of the tuple. Valid until next().
  const std::vector<SqlField>& fields() const { return fields_; }

  // The names of the values, in their order. Empty if not known yet.
  const std::vector<std::string>& columns() const { return columns_; }
  // Changes whenever columns() does.
  std::uint64_t layout() const { return layout_; }

  // The database that the dump says it is of; empty if it does not. Known after read_head().
  const std::string& database() const { return database_; }

  // Whether the file begins as a dump with comments and lacks the comment that ends one. Known at the end of the file.
  bool may_be_cut() const { return has_start_ && !has_end_; }

  // Whether nothing follows: after read_head(), whether the file has no rows.
  bool at_end() const { return place_ == Place::kEnd; }

  const std::string& path() const { return buffer_.path(); }
  std::uint64_t file_bytes_read() const { return buffer_.file_bytes_read(); }
  // Line of the tuple last returned. O(window): for messages.
  std::uint64_t line() const { return buffer_.line_at(tuple_); }

 private:
  enum class Place { kBetweenStatements, kBeforeTuple, kAfterTuple, kEnd };

  bool refill() { return buffer_.more(); }
  bool find_tuple();      // to the "(" of a tuple; false at the end of the file
  bool next_statement();  // true at an INSERT, in front of its first tuple
  bool skip_blank();      // false at the end of the file
  std::string_view peek(std::size_t bytes);
  std::string_view up_to(std::string_view stop);  // the text before `stop`, with it; empty if the file ends first
  void skip_line_comment();
  std::string_view take_statement();  // to its ";", outside of strings
  void read_create(std::string_view statement);
  void start_insert();
  void read_use(std::string_view statement);
  void expect_table(std::string_view found) const;
  void set_columns(std::vector<std::string> columns);
  [[noreturn]] void truncated() const;

  SqlBuffer buffer_;
  std::string table_;
  std::vector<std::string> columns_, table_columns_;
  std::uint64_t layout_ = 0;
  std::string database_;
  std::vector<SqlField> fields_;
  const char* tuple_ = nullptr;  // the tuple last returned
  Place place_ = Place::kBetweenStatements;
  bool has_start_ = false, has_end_ = false;
};

}  // namespace linktrail
