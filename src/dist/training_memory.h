// What training will take of a node's memory, known before it begins. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "dist/node_model.h"

namespace linktrail::dist {

struct TrainingMemory {
  std::uint64_t matrices = 0;  // bytes, once for the ranks that share them
  std::uint64_t rounds = 0;    // of all ranks of the node: copies of the rows that a round touches, and where they are

  std::uint64_t total() const { return matrices + rounds; }
};

inline constexpr double kGiB = 1024.0 * 1024 * 1024;

// The ranks of one machine.
struct MachineRanks {
  int ranks = 1;
  int sharing = 1;  // how many of them share a model; fewer than all where memory cannot be shared
};

// For ranks that train about `round_tokens` tokens each between two synchronisations; 0: for one that trains in place.
// An upper bound: a token has a row in both matrices, and a block of 32 sessions, of at least two tokens each, a pool
// of 256 negative samples. Corpus and vocabulary are not counted: they are in memory already.
TrainingMemory training_memory(const ModelShape& shape, const MachineRanks& machine, std::uint64_t round_tokens);

// Throws UsageError, with the numbers and what to do, if `need` is more than the `available` bytes. `available` of 0 is
// unknown, and no reason to refuse.
void require_memory(const TrainingMemory& need, const ModelShape& shape, int ranks, std::uint64_t available);

}  // namespace linktrail::dist
