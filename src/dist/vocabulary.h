// The vocabulary over all ranks: counted where each article lives, then known everywhere.
#pragma once

#include <cstdint>
#include <span>

#include "comm/communicator.h"
#include "corpus/vocabulary.h"

namespace linktrail::dist {

// Collective. Sums the ranks' counts (each QID at most once a rank), drops articles below `min_count`
// and returns the same vocabulary on every rank, identical for any number of ranks and any split.
// Moves each count once to its owner; memory is O(local_counts + vocabulary).
Vocabulary count_vocabulary(std::span<const QidCount> local_counts, std::uint64_t min_count,
                            const comm::Communicator& comm);

}  // namespace linktrail::dist
