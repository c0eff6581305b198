#include "h5/chunk_policy.h"

#include <gtest/gtest.h>

namespace linktrail::h5 {
namespace {

TEST(ChunkRows, FillATargetChunk) { EXPECT_EQ(chunk_rows(1'000'000'000, 256) * 256, kTargetChunkBytes); }

TEST(ChunkRows, AreAtMostTheRowsThereAre) { EXPECT_EQ(chunk_rows(7, 256), 7); }

TEST(ChunkRows, AreAtLeastOneHoweverWide) {
  EXPECT_EQ(chunk_rows(7, kTargetChunkBytes * 4), 1);
  EXPECT_EQ(chunk_rows(7, 0), 7);
}

}  // namespace
}  // namespace linktrail::h5
