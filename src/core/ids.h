// The identifiers of the project, with their widths.
#pragma once

#include <cstdint>
#include <limits>

namespace linktrail {

// The number of a Wikidata item: 42 for "Q42". Files hold QIDs, memory holds TokenIds.
using Qid = std::int64_t;

// Position of an article in a vocabulary sorted by falling frequency (ties by QID). Dense, from 0.
using TokenId = std::uint32_t;

// Position of a label in a label vocabulary, from 0.
using LabelId = std::uint32_t;

inline constexpr TokenId kNoToken = std::numeric_limits<TokenId>::max();
inline constexpr Qid kNoQid = -1;

}  // namespace linktrail
