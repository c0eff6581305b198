#include "report/table.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace linktrail {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "-", or something that starts like a number and has at most a unit behind it: 12, +3.5, 87 %, 4.2M, 1e-5, 3m05s.
bool looks_numeric(std::string_view cell) {
  if (cell.empty() || cell == "-" || cell == "nan") return true;
  const std::size_t start = cell.front() == '-' || cell.front() == '+' ? 1 : 0;
  constexpr std::size_t kLongestUnit = 6;  // "1.5 GiB", "3h05m"; a title such as "3 Idiots" is a word
  if (start == cell.size() || !(is_digit(cell[start]) || cell[start] == '.')) return false;
  const auto letters =
      std::ranges::count_if(cell, [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
  return letters <= 3 && cell.size() - cell.find_last_of("0123456789") - 1 <= kLongestUnit;
}

void append_cell(std::string& line, const std::string& cell, std::size_t width, bool to_right) {
  const std::string padding(width - display_width(cell), ' ');
  if (!line.empty()) line += "  ";
  line += to_right ? padding + cell : cell + padding;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void TextTable::add_row(std::vector<std::string> cells) {
  if (cells.size() != header_.size()) throw std::invalid_argument("a table row needs one cell a column");
  rows_.push_back(std::move(cells));
}

std::string TextTable::render() const {
  std::vector<std::size_t> widths;
  std::vector<char> to_right;
  for (std::size_t c = 0; c < header_.size(); ++c) {
    std::size_t width = display_width(header_[c]);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
    to_right.push_back(!rows_.empty() &&
                       std::ranges::all_of(rows_, [c](const auto& row) { return looks_numeric(row[c]); }));
  }
  std::string text;
  const auto append_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) append_cell(line, cells[c], widths[c], to_right[c] != 0);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  append_line(header_);
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  append_line(rule);
  for (const auto& row : rows_) append_line(row);
  return text;
}

}  // namespace linktrail
