// QIDs as text: "Q" and a decimal number from 0 to 2^63 - 1, without leading zeros (one spelling an item).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace linktrail {

// The QID of `token`, or kNoQid if it is none (other letters, sign, empty, leading zero, overflow).
Qid parse_qid(std::string_view token);

std::string format_qid(Qid qid);

// Splits `text` at single or repeated spaces and appends the QIDs. Returns an empty view, or the first token that is
// none.
std::string_view parse_qids(std::string_view text, std::vector<Qid>& qids);

}  // namespace linktrail
