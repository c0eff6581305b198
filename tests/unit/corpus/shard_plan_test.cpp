#include "corpus/shard_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace linktrail {
namespace {

using ::testing::SizeIs;

constexpr std::uint64_t kMiB = 1UL << 20;

InputFile plain(std::uint64_t bytes) { return {"p", bytes, Compression::kNone}; }
InputFile gz(std::uint64_t bytes) { return {"g", bytes, Compression::kGzip}; }

std::vector<std::uint64_t> loads_of(const ShardPlan& plan, const std::vector<InputFile>& files) {
  std::vector<std::uint64_t> loads;
  for (const auto& mine : plan.of_rank) {
    std::uint64_t load = 0;
    for (const std::size_t i : mine) {
      const Piece& piece = plan.pieces[i];
      load += (piece.end - piece.begin) * (files[piece.file].compression == Compression::kNone ? 1 : 4);
    }
    loads.push_back(load);
  }
  return loads;
}

void expect_covers_every_byte_once(const ShardPlan& plan, const std::vector<InputFile>& files) {
  std::vector<std::uint64_t> covered(files.size(), 0);
  std::size_t last_file = 0;
  for (const Piece& piece : plan.pieces) {
    EXPECT_GE(piece.file, last_file);
    EXPECT_EQ(piece.begin, covered[piece.file]);
    EXPECT_GT(piece.end, piece.begin);
    covered[piece.file] = piece.end;
    last_file = piece.file;
  }
  for (std::size_t f = 0; f < files.size(); ++f) EXPECT_EQ(covered[f], files[f].bytes);

  std::multiset<std::size_t> seen;
  for (const auto& mine : plan.of_rank) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    seen.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(seen.size(), plan.pieces.size());
  EXPECT_EQ(std::set<std::size_t>(seen.begin(), seen.end()).size(), plan.pieces.size());
}

TEST(ShardPlan, CoversEveryByteOnce) {
  const std::vector<std::vector<InputFile>> sets{
      {plain(1000 * kMiB)}, {plain(1), plain(0), gz(5)}, {gz(kMiB), gz(3 * kMiB), plain(77 * kMiB + 13)}, {plain(0)}};
  for (const auto& files : sets) {
    for (const int ranks : {1, 2, 3, 7, 64}) {
      const ShardPlan plan = plan_shards(files, ranks);
      EXPECT_THAT(plan.of_rank, SizeIs(ranks));
      expect_covers_every_byte_once(plan, files);
    }
  }
}

TEST(ShardPlan, CutsOneLargePlainFileEvenly) {
  const std::vector<InputFile> files{plain(1000 * kMiB + 7)};

  for (const int ranks : {1, 2, 3, 16}) {
    const auto loads = loads_of(plan_shards(files, ranks), files);
    const auto [least, most] = std::minmax_element(loads.begin(), loads.end());
    EXPECT_LE(*most - *least, *most / 4 + 16);
    EXPECT_GT(*least, 0U);
  }
}

TEST(ShardPlan, NeverSplitsCompressedFiles) {
  const ShardPlan plan = plan_shards(std::vector<InputFile>{gz(900 * kMiB), gz(1)}, 8);

  ASSERT_THAT(plan.pieces, SizeIs(2));
  EXPECT_EQ(plan.pieces[0].end, 900 * kMiB);
}

TEST(ShardPlan, SpreadsManyCompressedFilesWithinTheLptBound) {
  std::vector<InputFile> files;
  for (std::uint64_t i = 1; i <= 100; ++i) files.push_back(gz(i * kMiB / 10));

  const auto loads = loads_of(plan_shards(files, 6), files);
  const auto [least, most] = std::minmax_element(loads.begin(), loads.end());

  EXPECT_LE(static_cast<double>(*most), 1.05 * static_cast<double>(*least));
}

TEST(ShardPlan, FillsTheRanksThatHoldNoLargeCompressedFile) {
  const std::vector<InputFile> files{gz(10 * kMiB), plain(40 * kMiB)};

  const auto loads = loads_of(plan_shards(files, 2), files);

  EXPECT_EQ(loads[0] + loads[1], 80 * kMiB);
  EXPECT_NEAR(static_cast<double>(loads[0]), 40.0 * static_cast<double>(kMiB), 1.0);
}

TEST(ShardPlan, KeepsSmallFilesWhole) {
  const ShardPlan plan = plan_shards(std::vector<InputFile>{plain(100 << 10)}, 16);

  EXPECT_THAT(plan.pieces, SizeIs(1));
}

TEST(ShardPlan, KeepsPiecesAboveTheMinimum) {
  const ShardPlan plan = plan_shards(std::vector<InputFile>{plain(10 * kMiB)}, 1000);

  for (const Piece& piece : plan.pieces) EXPECT_GE(piece.end - piece.begin, 64UL << 10);
  EXPECT_THAT(plan.pieces, SizeIs(160));
}

}  // namespace
}  // namespace linktrail
