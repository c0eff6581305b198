#include "dist/training_memory.h"

#include <algorithm>

#include "core/error.h"
#include "core/matrix.h"

namespace linktrail::dist {

namespace {

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / kGiB; }

}  // namespace

TrainingMemory training_memory(const ModelShape& shape, const MachineRanks& machine, std::uint64_t round_tokens) {
  constexpr std::uint64_t kRowsOfAToken = 2 + 256 / (32 * 2);
  constexpr std::uint64_t kTableBytes = 16;  // a row, while the trainer is made: its count, twice as vectors grow
  const std::uint64_t rows = shape.input_rows + shape.output_rows, row_bytes = padded_dim(shape.dim) * sizeof(float);
  const std::uint64_t touched = std::min(rows, kRowsOfAToken * round_tokens);
  const std::uint64_t of_overlay = rows * sizeof(std::uint32_t) + touched * (row_bytes + sizeof(TokenId));
  const std::uint64_t of_round = round_tokens > 0 ? of_overlay : 0;
  const std::uint64_t of_rank = std::max(of_round, kTableBytes * shape.input_rows);
  const auto models = static_cast<std::uint64_t>((machine.ranks + machine.sharing - 1) / machine.sharing);
  return {.matrices = models * rows * row_bytes, .rounds = static_cast<std::uint64_t>(machine.ranks) * of_rank};
}

void require_memory(const TrainingMemory& need, const ModelShape& shape, int ranks, std::uint64_t available) {
  if (available == 0 || need.total() <= available) return;
  throw UsageError(fmt::format(
      "training needs {:.3f} GiB of memory on this node ({:.3f} for {} + {} rows of dim {}, {:.3f} for what {} ranks "
      "change in a round), but {:.3f} GiB are available; start fewer ranks a node or more nodes, or lower "
      "--round-tokens or --dim, or raise --min-count",
      gib(need.total()), gib(need.matrices), shape.input_rows, shape.output_rows, shape.dim, gib(need.rounds), ranks,
      gib(available)));
}

}  // namespace linktrail::dist
