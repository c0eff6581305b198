// Fetching rows of a round ahead of their use. Two steps: where a row is must be known before it can be fetched.
#pragma once

#include "core/ids.h"
#include "core/prefetch.h"
#include "embedding/round_rows.h"

namespace linktrail {

inline void prefetch_place(const RoundRows& rows, TokenId row) {
  if (rows.is_in_place()) return;
  __builtin_prefetch(rows.memory().place_of + row, 1);
  have_effect();
}

inline void prefetch_row(const RoundRows& rows, TokenId row) { prefetch_floats(rows.peek(row), rows.stride()); }

}  // namespace linktrail
