#include "collect/bucket_slices.h"

#include <gtest/gtest.h>

#include "collect/page_facts.h"
#include "text_file.h"

namespace linktrail {
namespace {

constexpr std::uint64_t kRecords = 100'000;

// The slices of bucket 0, of `slice_bytes` each, to their end.
template <class OnSlice>
std::size_t walk(const RecordStore& store, std::uint64_t slice_bytes, OnSlice&& on_slice) {
  std::size_t slices = 0;
  for (SliceWalk slice_walk(1, slice_bytes); !slice_walk.ended(); slice_walk.next(), ++slices)
    on_slice(slice_walk.enter(store.bytes(0)));
  return slices;
}

TEST(BucketSlices, HoldEachRecordOnceAndKeysTogether) {
  const test::TextFolder folder;
  BlockPool pool(0, folder.path());  // most of it is on scratch
  RecordStore store(1, pool);
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    const TargetKey key = title_key(1, std::to_string(i / 2));
    const LinkRecord link{.low = key.low, .high = key.high, .wiki = 1, .from = static_cast<std::uint32_t>(i)};
    store.append(0, {reinterpret_cast<const char*>(&link), sizeof(link)});
  }
  std::vector<std::size_t> slice_of(kRecords, 0);
  std::size_t number = 0, largest = 0;
  const std::size_t slices = walk(store, store.bytes(0) / 7, [&](const Slice& slice) {
    const auto links = load_slice<LinkRecord>(store, slice);
    largest = std::max(largest, links.size());
    ++number;
    for (const LinkRecord& link : links) {
      EXPECT_EQ(slice_of[link.from], 0U);
      slice_of[link.from] = number;
    }
  });
  EXPECT_EQ(slices, 8U);
  EXPECT_LT(largest, kRecords / 8 * 11 / 10);
  for (std::uint64_t i = 0; i < kRecords; i += 2) {
    EXPECT_NE(slice_of[i], 0U);
    EXPECT_EQ(slice_of[i], slice_of[i + 1]);
  }
}

TEST(BucketSlices, HoldTheFactsOfAPageTogether) {
  const test::TextFolder folder;
  BlockPool pool(0, folder.path());
  RecordStore store(1, pool);
  std::string bytes;
  for (std::uint32_t page = 1; page <= kRecords; ++page) {
    bytes.clear();
    const std::string title = "Page_" + std::to_string(page);
    append_fact({.page = page, .title_bytes = static_cast<std::uint8_t>(title.size())}, title, bytes);
    append_fact({.page = page, .kind = FactKind::kQid, .value = page}, {}, bytes);
    store.append(0, bytes);
  }
  std::uint64_t pages = 0, with_qid = 0;
  const std::size_t slices = walk(store, 1UL << 20, [&](const Slice& slice) {
    const PageJoin join = join_pages(load_facts(store, slice), {});
    pages += join.pages_kept;
    with_qid += join.with_qid;
  });
  EXPECT_EQ(slices, (store.bytes(0) + (1UL << 20) - 1) >> 20);
  EXPECT_EQ(pages, kRecords);
  EXPECT_EQ(with_qid, kRecords);
}

TEST(BucketSlices, GoThroughEmptyBucketsAndNone) {
  const test::TextFolder folder;
  BlockPool pool(0, folder.path());
  RecordStore store(2, pool);
  SliceWalk two(2, 100);
  for (std::size_t bucket = 0; bucket < 2; ++bucket, two.next()) {
    EXPECT_TRUE(load_slice<LinkRecord>(store, two.enter(0)).empty());
    EXPECT_EQ(two.bucket(), bucket);
  }
  EXPECT_TRUE(two.ended());
  EXPECT_TRUE(SliceWalk(0, 100).ended());
}

}  // namespace
}  // namespace linktrail
