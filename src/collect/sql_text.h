// Small pieces of SQL text: names, words, the column list of CREATE TABLE. Pure functions over a statement.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linktrail {

// Whether `text` starts with `word`, in any case, and the word ends there.
bool starts_with_word(std::string_view text, std::string_view word);

// Walks through a statement word by word.
class SqlWords {
 public:
  explicit SqlWords(std::string_view text) : text_(text) {}

  // Drops `word` from the front if it is there, in any case.
  bool take(std::string_view word);
  bool take_char(char c);

  // A name, quoted by ` or " or bare; of "database.table" the last part. Empty if there is none.
  std::string take_name();

  // "(a, b, c)" as names; empty if there is none or it is malformed.
  std::vector<std::string> take_name_list();

  std::string_view rest() const { return text_; }

 private:
  void skip_blank();
  std::string take_plain_name();

  std::string_view text_;
};

// The columns that the text between the parentheses of CREATE TABLE defines, in order: keys and constraints are none.
std::vector<std::string> columns_of_create(std::string_view definitions);

}  // namespace linktrail
