#include "embedding/row_lengths.h"

#include <algorithm>
#include <cmath>

namespace linktrail {

namespace {

double length_of(std::span<const float> row) {
  double square = 0;
  for (const float x : row) square += static_cast<double>(x) * x;
  return std::sqrt(square);
}

void shorten(std::span<float> row, double longest) {
  const double length = length_of(row);
  if (length <= longest) return;
  const double scale = longest / length;
  for (float& x : row) x = static_cast<float>(x * scale);
}

}  // namespace

WarmLengths warm_row_lengths(Architecture architecture, double tokens_a_row) {
  if (architecture != Architecture::kCbow) return {.once = {.input = 0.32F, .output = 0.32F}};
  const double longest = std::clamp(0.05 * std::sqrt(tokens_a_row), 0.3, 0.9);
  return {.any = {.input = static_cast<float>(longest)}, .once = {.output = 0.5F}};
}

Shortening shortening_of(Architecture architecture, std::uint32_t epochs) {
  if (architecture != Architecture::kCbow) return {};
  return {.after_epochs = static_cast<std::uint32_t>(0.4 * epochs), .longest = {.input = 2, .output = 3}};
}

void shorten_rows(Matrix& matrix, std::size_t begin, std::size_t end, float longest) {
  if (std::isinf(longest)) return;
  for (std::size_t i = begin; i < end; ++i) shorten(matrix.row(i), longest);
}

void shorten_rows_by_count(Matrix& matrix, std::size_t begin, std::size_t end, float once,
                           std::span<const std::uint64_t> counts) {
  if (std::isinf(once)) return;
  for (std::size_t i = begin; i < std::min(end, counts.size()); ++i)
    shorten(matrix.row(i), once * std::sqrt(static_cast<double>(counts[i])));
}

}  // namespace linktrail
