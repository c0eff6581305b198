// Keys of all ranks joined with a table that no rank holds: by owners of keys.
//
// A key is 64 bits (a page of a wiki, or the hash of a title), its value at first a count of this rank. Owners add up
// the counts, look their keys up in the rows of the table as these stream by, and send the answers back.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "collect/page_table.h"
#include "collect/sessionizer.h"
#include "comm/communicator.h"
#include "core/ids.h"

namespace linktrail::dist {

struct KeyQid {
  std::uint64_t key = 0;
  Qid qid = kNoQid;
};

struct JoinCounts {
  std::uint64_t keys = 0;       // distinct, over all ranks
  std::uint64_t rare = 0;       // of those: seen too seldom
  std::uint64_t without = 0;    // of those: not in the table
  std::uint64_t rows = 0;       // of the table, with a QID
  std::uint64_t conflicts = 0;  // keys with several QIDs; the lowest is taken
};

// Appends rows of the table that this rank reads, about as many as fit a message, and returns whether there may be
// more. Does not communicate; may throw.
using NextRows = std::function<bool(std::vector<KeyQid>&)>;

// Collective. Replaces the values of `keys`: a QID, kRarePage where all ranks together counted less than `min_count`,
// or kPageWithoutQid. Memory of a rank: 32 bytes a distinct key here, and as much a key that it owns.
JoinCounts join_qids(PageTable& keys, std::uint64_t min_count, const NextRows& next_rows,
                     const comm::Communicator& comm);

}  // namespace linktrail::dist
