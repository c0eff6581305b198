// Aligned text tables for the terminal: numbers to the right, words to the left.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linktrail {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}

  // Throws std::invalid_argument unless there is one cell a column. Cells are UTF-8 without line breaks.
  void add_row(std::vector<std::string> cells);

  // Header, rule, rows; two spaces between columns, no trailing spaces. A column whose cells are all numbers (with an
  // optional sign, %, or unit letter, or "-") is aligned to the right.
  std::string render() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// Width in characters of UTF-8 text: code points, without regard to wide or combining ones.
std::size_t display_width(std::string_view text);

}  // namespace linktrail
