// What training will take of a node's memory, known before it begins. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "dist/node_model.h"

namespace linktrail::dist {

struct TrainingMemory {
  std::uint64_t matrices = 0;  // bytes, once a node
  std::uint64_t rounds = 0;    // of all ranks of the node: copies of the rows that a round touches, and where they are

  std::uint64_t total() const { return matrices + rounds; }
};

// For `ranks` of one node, each of which trains about `round_tokens` tokens between two synchronisations. An upper
// bound for sessions: a token touches no more than four rows that no other token of the round does.
TrainingMemory training_memory(const ModelShape& shape, int ranks, std::uint64_t round_tokens);

// Throws UsageError, with the numbers and what to do, if `need` is more than the `available` bytes. `available` of 0 is
// unknown, and no reason to refuse.
void require_memory(const TrainingMemory& need, const ModelShape& shape, int ranks, std::uint64_t available);

}  // namespace linktrail::dist
