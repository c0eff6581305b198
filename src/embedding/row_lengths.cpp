#include "embedding/row_lengths.h"

#include <cmath>
#include <span>

namespace linktrail {

namespace {

double length_of(std::span<const float> row) {
  double square = 0;
  for (const float x : row) square += static_cast<double>(x) * x;
  return std::sqrt(square);
}

}  // namespace

RowLengths warm_row_lengths(Architecture architecture) {
  if (architecture == Architecture::kCbow) return {.input = 0.9F};
  return {.input = 3, .output = 3};
}

Shortening shortening_of(Architecture architecture, std::uint32_t epochs) {
  if (architecture != Architecture::kCbow) return {};
  return {.after_epochs = static_cast<std::uint32_t>(0.4 * epochs), .longest = {.input = 2, .output = 3}};
}

void shorten_rows(Matrix& matrix, std::size_t begin, std::size_t end, float longest) {
  if (std::isinf(longest)) return;
  for (std::size_t i = begin; i < end; ++i) {
    const double length = length_of(matrix.row(i));
    if (length <= longest) continue;
    const double scale = longest / length;
    for (float& x : matrix.row(i)) x = static_cast<float>(x * scale);
  }
}

}  // namespace linktrail
