// Strings are searched 16 bytes at a time where the baseline of the machine allows it (SSE2 is part of x86-64).
#include "collect/sql_row.h"

#include <array>
#include <charconv>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linktrail {

namespace {

// The first quote or backslash from `p` on, or anything at or behind `end`.
const char* find_quote_or_escape(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('\''), escape = _mm_set1_epi8('\\');
  for (; p < end; p += 16) {  // reads up to 15 bytes of the padding
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape)));
    if (hits != 0) return p + __builtin_ctz(static_cast<unsigned>(hits));
  }
#else
  while (p < end && *p != '\'' && *p != '\\') ++p;
#endif
  return p;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// By byte: whether it may stand in a number.
constexpr std::array<bool, 256> number_chars() {
  std::array<bool, 256> chars{};
  for (const char c : std::string_view("0123456789-+.eE")) chars[static_cast<unsigned char>(c)] = true;
  return chars;
}
constexpr std::array<bool, 256> kNumberChars = number_chars();

bool is_number_char(char c) { return kNumberChars[static_cast<unsigned char>(c)]; }

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct Scanner {
  const char* p;
  const char* end;

  void skip_spaces() {
    while (is_space(*p)) ++p;  // the padding is no space
  }

  SqlField field(const char* begin, const char* stop, SqlKind kind) const {
    return {begin, static_cast<std::uint32_t>(stop - begin), kind};
  }

  // `p` stands behind the opening quote; afterwards behind the closing one.
  TupleEnd text(SqlField& out) {
    const char* begin = p;
    SqlKind kind = SqlKind::kText;
    while (true) {
      p = find_quote_or_escape(p, end);
      if (p >= end) return TupleEnd::kNeedsMore;
      if (*p == '\\') {
        kind = SqlKind::kEscapedText;
        p += 2;
        continue;
      }
      if (p + 1 >= end) return TupleEnd::kNeedsMore;  // the quote may be doubled
      if (p[1] != '\'') break;
      kind = SqlKind::kEscapedText;
      p += 2;
    }
    out = field(begin, p, kind);
    ++p;
    return TupleEnd::kComplete;
  }

  // NULL, 0x41, x'41', _binary 'text'.
  TupleEnd word(SqlField& out) {
    const char* begin = p;
    while (is_word_char(*p)) ++p;
    if (p >= end) return TupleEnd::kNeedsMore;
    const std::string_view name(begin, static_cast<std::size_t>(p - begin));
    if (name == "NULL" || name == "null") {
      out = field(begin, begin, SqlKind::kNull);
      return TupleEnd::kComplete;
    }
    if (name.starts_with("0x") || name.starts_with("0X")) {
      out = field(begin + 2, p, SqlKind::kHex);
      return TupleEnd::kComplete;
    }
    const bool hex = name == "x" || name == "X";
    if (!hex && !name.starts_with('_')) return TupleEnd::kBroken;
    if (!hex) skip_spaces();
    if (p >= end) return TupleEnd::kNeedsMore;
    if (*p != '\'') return TupleEnd::kBroken;
    ++p;
    const TupleEnd ended = text(out);
    if (hex) out.kind = SqlKind::kHex;
    return ended;
  }

  TupleEnd value(SqlField& out) {
    if (*p == '\'') {
      ++p;
      return text(out);
    }
    if (is_number_char(*p) && !(*p == '0' && (p[1] == 'x' || p[1] == 'X')) && *p != 'e' && *p != 'E') {
      const char* begin = p;
      while (is_number_char(*p)) ++p;
      if (p >= end) return TupleEnd::kNeedsMore;
      out = field(begin, p, SqlKind::kNumber);
      return TupleEnd::kComplete;
    }
    if (p >= end) return TupleEnd::kNeedsMore;
    return word(out);
  }
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode_hex(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return false;
  out.clear();
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
  }
  return true;
}

// MySQL's escapes; a backslash before any other character stands for that character.
char unescape(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

void decode_escapes(std::string_view raw, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool pair = (raw[i] == '\\' || raw[i] == '\'') && i + 1 < raw.size();
    if (pair) ++i;
    out += pair && raw[i - 1] == '\\' ? unescape(raw[i]) : raw[i];
  }
}

}  // namespace

ScannedTuple scan_tuple(const char* begin, const char* end, std::vector<SqlField>& fields) {
  fields.clear();
  Scanner scanner{begin + 1, end};
  while (true) {
    scanner.skip_spaces();
    SqlField field;
    const TupleEnd ended = scanner.value(field);
    if (ended != TupleEnd::kComplete) return {ended, scanner.p};
    fields.push_back(field);
    scanner.skip_spaces();
    if (scanner.p >= end) return {TupleEnd::kNeedsMore, end};
    const char next = *scanner.p;
    if (next != ',' && next != ')') return {TupleEnd::kBroken, scanner.p};
    ++scanner.p;
    if (next == ')') return {TupleEnd::kComplete, scanner.p};
  }
}

std::optional<std::string_view> text_of(const SqlField& field, std::string& scratch) {
  switch (field.kind) {
    case SqlKind::kText:
      return field.raw();
    case SqlKind::kEscapedText:
      decode_escapes(field.raw(), scratch);
      return scratch;
    case SqlKind::kHex:
      return decode_hex(field.raw(), scratch) ? std::optional<std::string_view>(scratch) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> unsigned_of(const SqlField& field, std::uint64_t most) {
  constexpr std::uint32_t kSafeDigits = 19;  // below 10^19 nothing overflows
  if ((field.kind != SqlKind::kNumber && field.kind != SqlKind::kText) || field.size == 0 || field.size > kSafeDigits)
    return std::nullopt;
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < field.size; ++i) {
    const auto digit = static_cast<unsigned>(field.data[i] - '0');
    if (digit > 9) return std::nullopt;
    value = value * 10 + digit;
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

std::optional<std::int32_t> signed_of(const SqlField& field) {
  if (field.kind != SqlKind::kNumber && field.kind != SqlKind::kText) return std::nullopt;
  std::int32_t value = 0;
  const char* last = field.data + field.size;
  const auto [end, fault] = std::from_chars(field.data, last, value);
  return fault == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace linktrail
