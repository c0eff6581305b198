// The rows of the five tables as values: columns found by name, malformed rows counted and skipped.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/dump_files.h"
#include "collect/sql_dump.h"

namespace linktrail {

// Rows of one file with the wrong number of values, or a value that its column cannot hold. More are refused: then the
// file as a whole cannot be trusted.
inline constexpr std::uint64_t kMostMalformedRows = 100;

struct MalformedRows {
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;
  std::string first_reason;
};

// What the readers of the tables share: the dump, where the wanted columns are, the count of malformed rows.
class DumpRows {
 public:
  static constexpr std::size_t kMostColumns = 6;

  // Columns are required; those whose name starts with "?" may be missing.
  DumpRows(const DumpFile& file, std::vector<std::string> wanted);

  // Moves to the next row that `read()` takes: it returns nullptr, or why the row is malformed. False at the end of the
  // file. Throws InputError with file and line for unknown columns or too many malformed rows.
  template <class Read>
  bool next(Read&& read) {
    while (dump_.next()) {
      if (layout_ != dump_.layout()) find_columns();
      const char* fault = dump_.fields().size() == dump_.columns().size() ? read() : "the wrong number of values";
      if (fault == nullptr) return true;
      count_malformed(fault);
    }
    return false;
  }

  // Of the row, the wanted column of this number, which the table has.
  const SqlField& at(std::size_t wanted) const { return dump_.fields()[positions_[wanted]]; }
  bool has(std::size_t wanted) const { return positions_[wanted] != kMissing; }

  const MalformedRows& malformed() const { return malformed_; }
  const SqlDump& dump() const { return dump_; }

 private:
  static constexpr std::size_t kMissing = ~std::size_t{0};

  void find_columns();
  void count_malformed(const char* reason);

  SqlDump dump_;
  std::vector<std::string> wanted_;
  std::array<std::size_t, kMostColumns> positions_{};
  std::uint64_t layout_ = 0;
  MalformedRows malformed_;
};

// Texts in rows are valid until the next one is read.

struct PageRow {
  std::uint32_t page = 0;
  std::int32_t space = 0;  // the namespace
  std::string_view title;
  bool is_redirect = false;
};

struct PagelinkRow {
  std::uint32_t from = 0;
  std::int32_t from_space = 0;  // 0 where the table does not say
  std::int32_t space = 0;       // of the target, if the row names it by title
  std::string_view title;       // the same; without data if it does not
  std::uint64_t target = 0;     // of linktarget, if it does not
};

struct LinktargetRow {
  std::uint64_t target = 0;
  std::int32_t space = 0;
  std::string_view title;
};

struct RedirectRow {
  std::uint32_t from = 0;
  std::int32_t space = 0;
  std::string_view title;
  bool leaves_wiki = false;  // to another wiki
};

struct PagePropRow {
  std::uint32_t page = 0;
  std::string_view name;
  std::string_view value;  // empty for NULL
};

class PageRows {
 public:
  explicit PageRows(const DumpFile& file);
  bool next(PageRow& row);
  const DumpRows& rows() const { return rows_; }

 private:
  DumpRows rows_;
  std::string scratch_;
};

class PagelinkRows {
 public:
  explicit PagelinkRows(const DumpFile& file);
  bool next(PagelinkRow& row);
  const DumpRows& rows() const { return rows_; }

 private:
  const char* read(PagelinkRow& row);
  bool names_target_by_id() const;
  static const char* read_target(const SqlField& field, PagelinkRow& row);

  bool by_title_;
  DumpRows rows_;
  std::string scratch_;
};

class LinktargetRows {
 public:
  explicit LinktargetRows(const DumpFile& file);
  bool next(LinktargetRow& row);
  const DumpRows& rows() const { return rows_; }

 private:
  DumpRows rows_;
  std::string scratch_;
};

class RedirectRows {
 public:
  explicit RedirectRows(const DumpFile& file);
  bool next(RedirectRow& row);
  const DumpRows& rows() const { return rows_; }

 private:
  DumpRows rows_;
  std::string scratch_, interwiki_;
};

class PagePropRows {
 public:
  explicit PagePropRows(const DumpFile& file);
  bool next(PagePropRow& row);
  const DumpRows& rows() const { return rows_; }

 private:
  DumpRows rows_;
  std::string name_, value_;
};

}  // namespace linktrail
