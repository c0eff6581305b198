// Sessions in an order that tells nothing of who made them, the same for any number of ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "core/ids.h"
#include "core/sequences.h"

namespace linktrail::dist {

// Part `number` of the output, from 0.
struct SessionPart {
  std::uint32_t number = 0;
  Sequences<Qid> sessions;
};

// The parts that a rank writes: number r, r + ranks, ...
// Collective. Shuffles the sessions of all ranks by a hash of their articles, the seed, and the number of equal
// sessions before: so a rank's neighbours in the file are strangers, and copies of a frequent session lie apart. The
// result depends on the sessions as a multiset, the seed and the number of parts alone.
std::vector<SessionPart> shuffle_sessions(Sequences<Qid> sessions, std::uint64_t seed, std::uint32_t parts,
                                          const comm::Communicator& comm);

}  // namespace linktrail::dist
