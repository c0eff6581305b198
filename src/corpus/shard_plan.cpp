#include "corpus/shard_plan.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace linktrail {

namespace {

// Text of QIDs shrinks to about a quarter under gzip; bzip2 and zstd are in the same range.
constexpr std::uint64_t kCompressedWeight = 4;
// Below this, opening and seeking cost more than an even load gains.
constexpr std::uint64_t kMinPieceBytes = 64UL << 10;
// Pieces of a quarter of a fair share leave LPT at most a few percent of imbalance.
constexpr std::uint64_t kPiecesPerShare = 4;

std::uint64_t weight_of(const InputFile& file, std::uint64_t bytes) {
  return file.compression == Compression::kNone ? bytes : bytes * kCompressedWeight;
}

std::uint64_t pieces_of(const InputFile& file, std::uint64_t piece_limit) {
  if (file.bytes == 0) return 0;
  if (file.compression != Compression::kNone) return 1;
  const std::uint64_t wanted = (file.bytes + piece_limit - 1) / piece_limit;
  return std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(1, file.bytes / kMinPieceBytes));
}

// begin of piece i of n, without overflow for any file size.
std::uint64_t cut(std::uint64_t bytes, std::uint64_t i, std::uint64_t n) { return bytes / n * i + bytes % n * i / n; }

std::vector<Piece> cut_files(std::span<const InputFile> files, std::uint64_t piece_limit) {
  std::vector<Piece> pieces;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const std::uint64_t n = pieces_of(files[f], piece_limit);
    for (std::uint64_t i = 0; i < n; ++i)
      pieces.push_back({f, cut(files[f].bytes, i, n), cut(files[f].bytes, i + 1, n)});
  }
  return pieces;
}

}  // namespace

ShardPlan plan_shards(std::span<const InputFile> files, int ranks) {
  std::uint64_t total = 0;
  for (const InputFile& file : files) total += weight_of(file, file.bytes);
  const auto parts = static_cast<std::uint64_t>(ranks) * kPiecesPerShare;

  ShardPlan plan;
  plan.pieces = cut_files(files, std::max<std::uint64_t>(1, total / parts));
  plan.of_rank.resize(static_cast<std::size_t>(ranks));

  const auto piece_weight = [&](std::size_t i) {
    const Piece& piece = plan.pieces[i];
    return weight_of(files[piece.file], piece.end - piece.begin);
  };
  std::vector<std::size_t> order(plan.pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return piece_weight(a) > piece_weight(b); });

  using Load = std::pair<std::uint64_t, std::size_t>;  // least loaded first, ties by rank
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (std::size_t r = 0; r < plan.of_rank.size(); ++r) loads.emplace(0, r);
  for (const std::size_t i : order) {
    const auto [load, rank] = loads.top();
    loads.pop();
    plan.of_rank[rank].push_back(i);
    loads.emplace(load + piece_weight(i), rank);
  }
  for (auto& mine : plan.of_rank) std::sort(mine.begin(), mine.end());
  return plan;
}

}  // namespace linktrail
