// Which row of an earlier model goes where in a new one: matched by name, never by place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"

namespace linktrail {

// A row of an earlier model that stands for no article. kNoQid, in contrast, is the end of a sequence, which is
// matched.
inline constexpr Qid kNoArticle = -2;

struct RowMatch {
  std::vector<TokenId> target;  // [earlier rows]: the row of the new model, or kNoToken: vanished
  std::uint64_t matched = 0;    // new rows that have an earlier one
};

// Each earlier row to the place of its QID in `now`, whose QIDs differ. Of equal earlier QIDs the first counts;
// kNoArticle is never matched. O(n log n) time, 16 bytes a row.
RowMatch match_rows(std::span<const Qid> earlier, std::span<const Qid> now);

// The same by text, e.g. for labels.
RowMatch match_rows(std::span<const std::string> earlier, std::span<const std::string> now);

// Copies row i of `rows` to row targets[i] of `into`; rows without a target are left out.
void place_rows(MatrixView rows, std::span<const TokenId> targets, Matrix& into);

}  // namespace linktrail
