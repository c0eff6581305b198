// From records as they were read to records in global order, with equal shares of tokens.
//
// Who read a piece depends on file sizes and the number of ranks; the global order (by piece, then by
// line) does not. Rank r ends up with the records whose first token lies in the r-th of `size` equal
// parts of all tokens, so a rank's share differs from the mean by less than one record.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "core/ids.h"
#include "core/sequences.h"

namespace linktrail::dist {

// Consecutive records of one piece of the input.
struct PieceRun {
  std::uint64_t piece = 0;
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
};

struct Records {
  TokenSequences sequences;
  std::vector<Qid> articles;  // one a sequence, or none on all ranks
};

struct BalancedRecords {
  Records records;
  std::uint64_t first_record = 0;  // global number of the first one here
  std::uint64_t total_records = 0;
  std::uint64_t total_tokens = 0;
};

// The rank that holds a record whose first token is number `first_token` of `total_tokens`.
int rank_of_token(std::uint64_t first_token, std::uint64_t total_tokens, int ranks);

// Collective. `runs` describe `records` in order, by ascending piece; a piece is on one rank only.
BalancedRecords rebalance(Records records, const std::vector<PieceRun>& runs, const comm::Communicator& comm);

}  // namespace linktrail::dist
