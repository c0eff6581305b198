// Who reads what: a pure decision from file sizes and the number of ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "corpus/input_set.h"

namespace linktrail {

// A run of bytes of one file. Plain files are cut anywhere (the reader moves to line starts: a line
// belongs to the piece that holds its first byte); compressed files are one piece each.
struct Piece {
  std::size_t file = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct ShardPlan {
  std::vector<Piece> pieces;                      // in input order: by file, then by offset
  std::vector<std::vector<std::size_t>> of_rank;  // ascending indices into pieces
};

// Largest pieces first onto the least loaded rank (LPT); plain files are cut into pieces of at most
// 1/4 of a rank's fair share and at least 64 KiB, so that no rank idles beside one large plain file or many small
// compressed ones. A compressed byte weighs as 4 plain ones. Every piece has exactly one rank.
ShardPlan plan_shards(std::span<const InputFile> files, int ranks);

}  // namespace linktrail
