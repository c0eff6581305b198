#include "collect/sql_text.h"

#include <algorithm>
#include <array>

namespace linktrail {

namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The position behind the string or quoted name that starts at `i`.
std::size_t behind_quoted(std::string_view text, std::size_t i) {
  const char quote = text[i++];
  for (; i < text.size() && text[i] != quote; ++i)
    if (text[i] == '\\' && quote != '`') ++i;
  return i + 1;
}

bool defines_key(std::string_view definition) {
  constexpr std::array<std::string_view, 10> kWords{"PRIMARY", "UNIQUE",     "KEY",     "INDEX", "FULLTEXT",
                                                    "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK", "PERIOD"};
  return std::any_of(kWords.begin(), kWords.end(), [&](auto word) { return starts_with_word(definition, word); });
}

}  // namespace

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (upper(text[i]) != word[i]) return false;
  return text.size() == word.size() || !is_name_char(text[word.size()]) || !is_name_char(word.back());
}

void SqlWords::skip_blank() {
  while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
}

bool SqlWords::take(std::string_view word) {
  skip_blank();
  if (!starts_with_word(text_, word)) return false;
  text_.remove_prefix(word.size());
  return true;
}

bool SqlWords::take_char(char c) {
  skip_blank();
  if (text_.empty() || text_.front() != c) return false;
  text_.remove_prefix(1);
  return true;
}

std::string SqlWords::take_plain_name() {
  skip_blank();
  if (text_.empty()) return {};
  const bool quoted = text_.front() == '`' || text_.front() == '"';
  const auto length =
      quoted ? std::min(behind_quoted(text_, 0), text_.size())
             : static_cast<std::size_t>(std::find_if_not(text_.begin(), text_.end(), is_name_char) - text_.begin());
  std::string name(text_.substr(0, length));
  if (quoted) name = name.size() < 2 ? "" : name.substr(1, name.size() - 2);
  text_.remove_prefix(length);
  return name;
}

std::string SqlWords::take_name() {
  std::string name = take_plain_name();
  while (take_char('.')) name = take_plain_name();
  return name;
}

std::vector<std::string> SqlWords::take_name_list() {
  if (!take_char('(')) return {};
  std::vector<std::string> names;
  do {
    names.push_back(take_name());
  } while (take_char(','));
  return take_char(')') ? names : std::vector<std::string>{};
}

std::vector<std::string> columns_of_create(std::string_view definitions) {
  std::vector<std::string> columns;
  std::size_t begin = 0;
  int depth = 0;
  const auto add = [&](std::size_t end) {
    std::string_view definition = definitions.substr(begin, end - begin);
    while (!definition.empty() && is_blank(definition.front())) definition.remove_prefix(1);
    if (!definition.empty() && !defines_key(definition)) columns.push_back(SqlWords(definition).take_name());
    begin = end + 1;
  };
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    const char c = definitions[i];
    if (c == '\'' || c == '`' || c == '"') {
      i = behind_quoted(definitions, i) - 1;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == ',' && depth == 0) {
      add(i);
    }
  }
  add(definitions.size());
  return columns;
}

}  // namespace linktrail
