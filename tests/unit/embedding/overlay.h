// An overlay of a model, as ranks that share one train it.
#pragma once

#include "core/lazy_memory.h"
#include "embedding/round_rows.h"

namespace linktrail::test {

inline RoundRows overlay_of(Matrix& matrix) {
  auto memory = RoundMemory::in(reserve_zeroed(RoundMemory::bytes(matrix.rows(), matrix.dim())), matrix.rows());
  return {matrix, std::move(memory)};
}

inline RoundModel overlay_of(EmbeddingModel& model) { return {overlay_of(model.input), overlay_of(model.output)}; }

}  // namespace linktrail::test
