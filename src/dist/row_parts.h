// How the rows of a matrix are dealt to the parts of a node: in small blocks, in turn, since frequent rows, which cost
// most, come first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linktrail::dist {

inline constexpr std::size_t kDealtRows = 64;

// How many blocks its part has before that of the row.
constexpr std::size_t turn_of_row(std::size_t row, int parts) {
  return row / kDealtRows / static_cast<std::size_t>(parts);
}

constexpr int part_of_row(std::size_t row, int parts) {
  return static_cast<int>(row / kDealtRows % static_cast<std::size_t>(parts));
}

// The row's number among those of its part.
constexpr std::size_t place_in_part(std::size_t row, int parts) {
  return turn_of_row(row, parts) * kDealtRows + row % kDealtRows;
}

// No part has more of `rows` rows.
constexpr std::size_t rows_of_part(std::size_t rows, int parts) {
  return rows == 0 ? 0 : (turn_of_row(rows - 1, parts) + 1) * kDealtRows;
}

// Calls work(first, last) for the part's rows in [begin, end), rising: rows [first, last) are one block of it, or what
// of the block is in the range.
template <class Work>
void for_blocks_of_part(std::size_t begin, std::size_t end, int part, int parts, const Work& work) {
  for (std::size_t block = begin / kDealtRows; block * kDealtRows < end; ++block) {
    if (part_of_row(block * kDealtRows, parts) != part) continue;
    const std::size_t first = block * kDealtRows > begin ? block * kDealtRows : begin;
    const std::size_t last = (block + 1) * kDealtRows < end ? (block + 1) * kDealtRows : end;
    work(first, last);
  }
}

// Calls work(row) for the rows of a part in [begin, end), rising.
template <class Work>
void for_rows_of_part(std::size_t begin, std::size_t end, int part, int parts, const Work& work) {
  for_blocks_of_part(begin, end, part, parts, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) work(row);
  });
}

}  // namespace linktrail::dist
