#include "collect/record_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "core/error.h"
#include "text_file.h"

namespace linktrail {
namespace {

std::span<const char> bytes_of(const std::vector<std::uint64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::uint64_t)};
}

TEST(RecordStore, KeepsOrderInMemoryAndOnScratch) {
  const test::TextFolder folder;
  BlockPool pool(0, folder.path());  // 16 blocks of 16 KiB
  RecordStore store(3, pool), other(2, pool);
  std::vector<std::vector<std::uint64_t>> expected(3);
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    expected[i % 3].push_back(i);
    store.append(i % 3, bytes_of({i}));
    if (i % 7 == 0) other.append(i % 2, bytes_of({i, i}));
  }
  EXPECT_GT(pool.spilled_bytes(), 0U);
  for (std::size_t bucket = 0; bucket < 3; ++bucket) EXPECT_EQ(store.load<std::uint64_t>(bucket), expected[bucket]);

  std::vector<std::uint64_t> window(5000);
  const std::size_t got = store.read(1, 8 * 60'000, {reinterpret_cast<char*>(window.data()), 40'000});
  EXPECT_EQ(got, 40'000U);
  EXPECT_TRUE(std::equal(window.begin(), window.end(), expected[1].begin() + 60'000));
  EXPECT_EQ(store.read(1, store.bytes(1), {reinterpret_cast<char*>(window.data()), 8}), 0U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 0) << "scratch has a name";
}

TEST(RecordStore, ForgetsDroppedBuckets) {
  const test::TextFolder folder;
  BlockPool pool(1 << 20, folder.path());
  RecordStore store(2, pool);
  store.append(0, bytes_of({1, 2}));
  store.append(1, bytes_of({3}));
  store.drop(0);
  EXPECT_EQ(store.bytes(0), 0U);
  store.append(0, bytes_of({4}));
  EXPECT_EQ(store.load<std::uint64_t>(0), (std::vector<std::uint64_t>{4}));
  EXPECT_EQ(store.load<std::uint64_t>(1), (std::vector<std::uint64_t>{3}));
}

TEST(RecordStore, NamesAScratchFolderThatCannotBeUsed) {
  BlockPool pool(0, "/nonexistent/scratch");
  RecordStore store(1, pool);
  const std::vector<std::uint64_t> many(100'000, 1);
  try {
    store.append(0, bytes_of(many));
    ADD_FAILURE() << "no error";
  } catch (const StorageError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/scratch"), std::string::npos);
  }
}

}  // namespace
}  // namespace linktrail
