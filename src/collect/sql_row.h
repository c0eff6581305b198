// The tuples of an INSERT statement: (1,0,'It\'s',NULL). The hot path of reading dumps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linktrail {

enum class SqlKind : std::uint8_t { kNull, kNumber, kText, kEscapedText, kHex };

// A value where it lies in the dump: without quotes, with its escapes.
struct SqlField {
  const char* data = nullptr;
  std::uint32_t size = 0;
  SqlKind kind = SqlKind::kNull;

  std::string_view raw() const { return {data, size}; }
};

enum class TupleEnd {
  kComplete,
  kNeedsMore,  // the bytes end inside the tuple
  kBroken,     // no tuple of SQL values
};

struct ScannedTuple {
  TupleEnd end = TupleEnd::kBroken;
  const char* position = nullptr;  // behind the tuple, or where it breaks
};

// Reads one tuple that starts with "(" at `begin`; its fields replace those in `fields`. At least 64 zero bytes must be
// readable from `end` on. Strings may hold any byte; a number is not checked beyond its characters.
ScannedTuple scan_tuple(const char* begin, const char* end, std::vector<SqlField>& fields);

// The bytes that a text or a hex literal stands for; `scratch` holds them if they differ from what is in the dump.
// Nothing for NULL, a number, or hex digits that are none.
std::optional<std::string_view> text_of(const SqlField& field, std::string& scratch);

// A whole number from 0 to `most`; nothing for anything else.
std::optional<std::uint64_t> unsigned_of(const SqlField& field, std::uint64_t most);

// A whole number of 32 bits with an optional sign.
std::optional<std::int32_t> signed_of(const SqlField& field);

}  // namespace linktrail
