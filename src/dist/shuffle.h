// Puts the records of all ranks into a random order that depends on the seed and the global order only.
//
// The record with global number i goes to place permutation(i), so the new order is the same for any number of ranks
// and for any split of the input. rebalance() then gives every rank its share of the tokens, and its records their
// numbers in the new order.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "dist/rebalance.h"

namespace linktrail::dist {

// What rebalance() takes.
struct OrderedRecords {
  Records records;
  std::vector<PieceRun> runs;  // describe the records in order, by ascending piece; a piece is on one rank only
};

// Collective. Afterwards rank r holds the places from r / size of all on, as the one piece r.
OrderedRecords shuffle(OrderedRecords ordered, std::uint64_t seed, const comm::Communicator& comm);

}  // namespace linktrail::dist
