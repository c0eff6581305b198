#include "dist/row_sync.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/prefetch.h"
#include "dist/row_parts.h"
#include "embedding/kernels.h"

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
      exchange_(matrix.rows(), matrix.stride(), rule, node) {
  for (const RoundMemory& memory : memories_)
    if (memory.is_replica()) replicas_.push_back(memory.copies);
}

void RowSync::synchronise(RowRange rows, ValuePrecision precision) { synchronise(rows, precision, Copies::kUpdate); }

void RowSync::finish(ValuePrecision precision) {
  const bool replicas = memories_.front().is_replica();
  synchronise({.begin = 0, .end = matrix_->rows()}, precision, replicas ? Copies::kUpdate : Copies::kLeave);
}

void RowSync::synchronise(RowRange rows, ValuePrecision precision, Copies copies) {
  if (!node_->part()) return;
  if (node_->count() > 1)
    synchronise_nodes(rows, precision, copies);
  else
    synchronise_node(rows, copies);
}

// The rows of [begin, end), at most a block, that a rank of the node has copied. An overlay has few rows of a large
// model, and to look at each by itself cost as much as training.
RowSync::RowBlock RowSync::copied_rows(std::size_t begin, std::size_t end) const {
  std::array<std::uint32_t, kDealtRows> places{};
  for (const RoundMemory& memory : memories_)
    for (std::size_t i = 0; i < end - begin; ++i) places[i] |= memory.is_replica() ? 1 : memory.place_of[begin + i];
  RowBlock block;
  for (std::size_t i = 0; i < end - begin; ++i) {
    block.rows[block.count] = static_cast<std::uint32_t>(begin + i);
    block.count += places[i] != 0 ? 1 : 0;
  }
  return block;
}

// In the matrix and in the copies. Those lie anywhere in memory: waiting for one after the other would be most of the
// time that a large model's ranks need to meet.
void RowSync::fetch(std::uint32_t row) const {
  const std::size_t stride = matrix_->stride();
  prefetch_floats(matrix_->row_data(row), stride);
  for (const RoundMemory& memory : memories_) {
    const float* copy = memory.copy_of(row, stride);
    if (copy != nullptr) prefetch_floats(copy, stride);
  }
}

// Calls work(row) for the part's rows of [begin, end) that a rank has copied, rising; a row of the next block is
// fetched before each.
template <class Work>
void RowSync::for_copied_rows(RowRange rows, const Work& work) const {
  RowBlock current;
  const auto work_on_current = [&](const RowBlock& next) {
    for (std::size_t i = 0; i < std::max(current.count, next.count); ++i) {
      if (i < next.count) fetch(next.rows[i]);
      if (i < current.count) work(current.rows[i]);
    }
    current = next;
  };
  for_blocks_of_part(rows.begin, rows.end, *node_->part(), node_->parts(),
                     [&](std::size_t begin, std::size_t end) { work_on_current(copied_rows(begin, end)); });
  work_on_current({});
}

// What the node's ranks together changed; none if none did. Valid until the next call. A replica does not tell which
// rows it has touched, so bytes are compared, to which NaN is a change as well.
RowChange RowSync::change_of_node(std::size_t row) {
  const std::size_t stride = matrix_->stride();
  const float* before = matrix_->row_data(row);
  bool any = false;
  for (std::size_t r = 0; r < memories_.size(); ++r) {
    changes_[r] = {};
    const float* now = memories_[r].copy_of(row, stride);
    if (now == nullptr) continue;
    if (memories_[r].is_replica() && std::memcmp(now, before, stride * sizeof(float)) == 0) continue;
    float* delta = deltas_.row_data(r);
    for (std::size_t j = 0; j < stride; ++j) delta[j] = now[j] - before[j];
    changes_[r] = change_of_one(rule_.combine, delta, stride);
    any = true;
  }
  return any ? merge_changes(rule_.combine, changes_, stride, rule_.correction) : RowChange{};
}

void RowSync::apply(std::size_t row, const float* change, Copies copies) {
  const std::size_t stride = matrix_->stride();
  float* to = matrix_->row_data(row);
  for (std::size_t j = 0; j < stride; ++j) to[j] += change[j];
  if (copies == Copies::kLeave) return;
  for (const RoundMemory& memory : memories_) {
    float* copy = memory.copy_of(row, stride);
    if (copy != nullptr) std::memcpy(copy, to, stride * sizeof(float));
  }
}

// A block at a time, and of the next one at most what the range has.
void RowSync::synchronise_replicas(RowRange rows) {
  const std::size_t step = kDealtRows * static_cast<std::size_t>(node_->parts());
  for_blocks_of_part(rows.begin, rows.end, *node_->part(), node_->parts(), [&](std::size_t begin, std::size_t end) {
    const std::size_t next = begin / kDealtRows * kDealtRows + step;
    best_kernels().adasum_replicas({.model = matrix_->data(),
                                    .replicas = replicas_.data(),
                                    .replica_count = replicas_.size(),
                                    .own = static_cast<std::size_t>(node_->ranks().rank()),
                                    .stride = matrix_->stride(),
                                    .begin = begin,
                                    .end = end,
                                    .next = std::min(next, rows.end),
                                    .next_end = std::min(next + kDealtRows, rows.end),
                                    .deltas = deltas_.data(),
                                    .correction = rule_.correction});
  });
}

void RowSync::synchronise_node(RowRange rows, Copies copies) {
  if (!replicas_.empty() && rule_.combine == CombineRule::kAdasum) {
    synchronise_replicas(rows);
    return;
  }
  for_copied_rows(rows, [&](std::uint32_t row) {
    const RowChange change = change_of_node(row);
    if (change.is_none()) return;
    finish_change(rule_.combine, change, matrix_->stride(), rule_.ranks);
    apply(row, change.values, copies);
  });
}

void RowSync::synchronise_nodes(RowRange rows, ValuePrecision precision, Copies copies) {
  const std::size_t stride = matrix_->stride();
  const std::size_t parts = static_cast<std::size_t>(node_->parts());
  const std::size_t step = std::max(kDealtRows, kBatchBytes / (stride * sizeof(float))) * parts;
  for (std::size_t begin = rows.begin; begin < rows.end; begin += step) {
    ChangeBatch batch;
    for_copied_rows({.begin = begin, .end = std::min(begin + step, rows.end)}, [&](std::uint32_t row) {
      const RowChange change = change_of_node(row);
      if (!change.is_none()) batch.add(row, change, stride);
    });
    const ChangeBatch combined = exchange_.combine(std::move(batch), precision);
    for (std::size_t i = 0; i < combined.rows.size(); ++i)
      apply(combined.rows[i], combined.values.data() + i * stride, copies);
  }
  if (precision == ValuePrecision::kFloat32) exchange_.forget_residuals();  // so that no checkpoint needs them
}

namespace {

enum class Direction { kToPart, kFromPart };

// Copies the rows of [0, end) of a part between the matrix and a matrix that has the part's alone, a block at a time.
void copy_part(Matrix& matrix, Matrix& own, std::size_t end, const comm::Node& node, Direction direction) {
  for_blocks_of_part(0, end, *node.part(), node.parts(), [&](std::size_t first, std::size_t last) {
    float* all = matrix.row_data(first);
    float* part = own.row_data(place_in_part(first, node.parts()));
    const bool to_part = direction == Direction::kToPart;
    std::memcpy(to_part ? part : all, to_part ? all : part, (last - first) * matrix.stride() * sizeof(float));
  });
}

}  // namespace

void RowSync::remember(std::size_t end) {
  if (!node_->part()) return;
  if (remembered_.empty()) remembered_ = Matrix(rows_of_part(end, node_->parts()), matrix_->dim());
  remembered_end_ = end;
  copy_part(*matrix_, remembered_, end, *node_, Direction::kToPart);
}

void RowSync::restore() {
  if (!node_->part()) return;
  exchange_.forget_residuals();  // they are of changes that never were, and may be NaN
  copy_part(*matrix_, remembered_, remembered_end_, *node_, Direction::kFromPart);
}

}  // namespace linktrail::dist
