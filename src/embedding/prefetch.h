// Fetching rows of a round ahead of their use. Two steps: where a row is must be known before it can be fetched.
#pragma once

#include "core/ids.h"
#include "core/matrix.h"
#include "embedding/round_rows.h"

namespace linktrail {

// GCC 12 takes a function that does nothing but prefetch for one without effect, and leaves out its calls.
inline void have_effect() { asm volatile(""); }

inline void prefetch_place(const RoundRows& rows, TokenId row) {
  __builtin_prefetch(rows.memory().place_of + row, 1);
  have_effect();
}

// Into the second-level cache, where the rows of some hundred tokens fit.
inline void prefetch_floats(const float* data, std::size_t count) {
  constexpr int kForReading = 0, kSecondLevel = 2;
  for (std::size_t j = 0; j < count; j += kRowAlignFloats) __builtin_prefetch(data + j, kForReading, kSecondLevel);
  have_effect();
}

inline void prefetch_row(const RoundRows& rows, TokenId row) { prefetch_floats(rows.peek(row), rows.stride()); }

}  // namespace linktrail
