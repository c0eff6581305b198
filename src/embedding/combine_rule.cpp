#include "embedding/combine_rule.h"

#include "embedding/kernels.h"

namespace linktrail {
namespace {

void add(float* to, const float* from, std::size_t stride) {
  for (std::size_t i = 0; i < stride; ++i) to[i] += from[i];
}

RowChange merge_pair(CombineRule rule, const RowChange& a, const RowChange& b, std::size_t stride, float correction) {
  if (a.is_none()) return b;
  if (b.is_none()) return a;
  if (rule == CombineRule::kAdasum)
    best_kernels().adasum(a.values, b.values, stride, correction);
  else
    add(a.values, b.values, stride);
  return {.values = a.values, .weight = a.weight + b.weight};
}

float squared_length(const float* values, std::size_t stride) { return best_kernels().dot(values, values, stride); }

float final_scale(CombineRule rule, const RowChange& merged, std::size_t stride, int ranks) {
  switch (rule) {
    case CombineRule::kAdasum:
      return 1;
    case CombineRule::kTouchedAverage:
      return 1 / merged.weight;
    case CombineRule::kAverage:
      return 1 / static_cast<float>(ranks);
    case CombineRule::kCoherence:
      break;
  }
  const float square = squared_length(merged.values, stride);
  return square > merged.weight ? merged.weight / square : 1;
}

}  // namespace

RowChange change_of_one(CombineRule rule, float* delta, std::size_t stride) {
  return {.values = delta, .weight = rule == CombineRule::kCoherence ? squared_length(delta, stride) : 1};
}

RowChange merge_changes(CombineRule rule, std::span<RowChange> changes, std::size_t stride, float correction) {
  for (std::size_t step = 1; step < changes.size(); step *= 2)
    for (std::size_t i = 0; i + step < changes.size(); i += 2 * step)
      changes[i] = merge_pair(rule, changes[i], changes[i + step], stride, correction);
  return changes[0];
}

void finish_change(CombineRule rule, const RowChange& merged, std::size_t stride, int ranks) {
  const float scale = final_scale(rule, merged, stride, ranks);
  if (scale == 1) return;
  for (std::size_t i = 0; i < stride; ++i) merged.values[i] *= scale;
}

}  // namespace linktrail
