#include "dist/row_sync.h"

#include <algorithm>
#include <cstring>

#include "core/prefetch.h"
#include "dist/row_parts.h"

namespace linktrail::dist {

namespace {

// Most bytes of rows that a rank sends at a time.
constexpr std::size_t kBatchBytes = std::size_t{16} << 20;

}  // namespace

RowSync::RowSync(Matrix& matrix, std::vector<RoundMemory> memories, const SyncRule& rule, const comm::Node& node)
    : matrix_(&matrix),
      memories_(std::move(memories)),
      rule_(rule),
      node_(&node),
      deltas_(memories_.size(), matrix.dim()),
      changes_(memories_.size()),
      exchange_(matrix.rows(), matrix.stride(), rule, node) {}

void RowSync::synchronise(RowRange rows, ValuePrecision precision) {
  if (!node_->part()) return;
  if (node_->count() > 1)
    synchronise_nodes(rows, precision);
  else
    synchronise_node(rows);
}

// The row at the same place of the part's next block, in the matrix and in the copies. Those lie anywhere in memory:
// waiting for one after the other would be most of the time that a large model's ranks need to meet.
void RowSync::fetch_ahead(std::size_t row, std::size_t end) const {
  const std::size_t next = row + kDealtRows * static_cast<std::size_t>(node_->parts());
  if (next >= end) return;
  bool any = false;
  for (const RoundMemory& memory : memories_) {
    const std::uint32_t place = memory.place_of[next];
    if (place == 0) continue;
    prefetch_floats(memory.copies + (place - std::size_t{1}) * matrix_->stride(), matrix_->stride());
    any = true;
  }
  if (any) prefetch_floats(matrix_->row_data(next), matrix_->stride());
}

// What the node's ranks together changed; none if none did. Valid until the next call.
RowChange RowSync::change_of_node(std::size_t row) {
  const std::size_t stride = matrix_->stride();
  const float* before = matrix_->row_data(row);
  bool any = false;
  for (std::size_t r = 0; r < memories_.size(); ++r) {
    changes_[r] = {};
    const std::uint32_t place = memories_[r].place_of[row];
    if (place == 0) continue;
    const float* now = memories_[r].copies + (place - std::size_t{1}) * stride;
    float* delta = deltas_.row_data(r);
    for (std::size_t j = 0; j < stride; ++j) delta[j] = now[j] - before[j];
    changes_[r] = change_of_one(rule_.combine, delta, stride);
    any = true;
  }
  return any ? merge_changes(rule_.combine, changes_, stride) : RowChange{};
}

void RowSync::apply(std::size_t row, const float* change) {
  const std::size_t stride = matrix_->stride();
  float* to = matrix_->row_data(row);
  for (std::size_t j = 0; j < stride; ++j) to[j] += change[j];
  for (const RoundMemory& memory : memories_) {
    const std::uint32_t place = memory.place_of[row];
    if (place != 0) std::memcpy(memory.copies + (place - std::size_t{1}) * stride, to, stride * sizeof(float));
  }
}

void RowSync::synchronise_node(RowRange rows) {
  for_rows_of_part(rows.begin, rows.end, *node_->part(), node_->parts(), [&](std::size_t row) {
    fetch_ahead(row, rows.end);
    const RowChange change = change_of_node(row);
    if (change.is_none()) return;
    finish_change(rule_.combine, change, matrix_->stride(), rule_.ranks);
    apply(row, change.values);
  });
}

void RowSync::synchronise_nodes(RowRange rows, ValuePrecision precision) {
  const std::size_t stride = matrix_->stride();
  const std::size_t parts = static_cast<std::size_t>(node_->parts());
  const std::size_t step = std::max(kDealtRows, kBatchBytes / (stride * sizeof(float))) * parts;
  for (std::size_t begin = rows.begin; begin < rows.end; begin += step) {
    ChangeBatch batch;
    for_rows_of_part(begin, std::min(begin + step, rows.end), *node_->part(), node_->parts(), [&](std::size_t row) {
      fetch_ahead(row, rows.end);
      const RowChange change = change_of_node(row);
      if (!change.is_none()) batch.add(static_cast<std::uint32_t>(row), change, stride);
    });
    const ChangeBatch combined = exchange_.combine(std::move(batch), precision);
    for (std::size_t i = 0; i < combined.rows.size(); ++i) apply(combined.rows[i], combined.values.data() + i * stride);
  }
  if (precision == ValuePrecision::kFloat32) exchange_.forget_residuals();  // so that no checkpoint needs them
}

void RowSync::remember(std::size_t end) {
  if (!node_->part()) return;
  if (remembered_.empty()) remembered_ = Matrix(rows_of_part(end, node_->parts()), matrix_->dim());
  remembered_end_ = end;
  for_rows_of_part(0, end, *node_->part(), node_->parts(), [&](std::size_t row) {
    std::memcpy(remembered_.row_data(place_in_part(row, node_->parts())), matrix_->row_data(row),
                matrix_->stride() * sizeof(float));
  });
}

void RowSync::restore() {
  if (!node_->part()) return;
  exchange_.forget_residuals();  // they are of changes that never were, and may be NaN
  for_rows_of_part(0, remembered_end_, *node_->part(), node_->parts(), [&](std::size_t row) {
    std::memcpy(matrix_->row_data(row), remembered_.row_data(place_in_part(row, node_->parts())),
                matrix_->stride() * sizeof(float));
  });
}

}  // namespace linktrail::dist
