#include "corpus/packed_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

std::vector<LocalId> interned(Interner& interner, std::span<const Qid> qids) {
  std::vector<LocalId> ids(qids.size());
  interner.intern(qids, ids);
  return ids;
}

TEST(Interner, NumbersInOrderOfFirstSightAndCounts) {
  Interner interner;

  EXPECT_THAT(interned(interner, std::vector<Qid>{70, 5, 70, 9}), ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(interned(interner, std::vector<Qid>{5, 70}), ElementsAre(1, 0));
  EXPECT_THAT(interned(interner, {}), ElementsAre());

  ASSERT_EQ(interner.size(), 3U);
  EXPECT_EQ(interner.counts()[0].qid, 70);
  EXPECT_EQ(interner.counts()[0].count, 3U);
  EXPECT_EQ(interner.counts()[2].count, 1U);
}

// Beyond several batches and sizes of the table, with new and known articles mixed in each.
TEST(Interner, ManyArticlesAreTheSameAsByAMap) {
  Interner interner;
  std::map<Qid, LocalId> known;
  std::vector<std::uint64_t> counts;
  RandomStream random({.seed = 7, .stage = RandomStage::kReader, .record = 0});
  for (std::size_t length : {1, 63, 64, 65, 1000, 20000, 50000}) {
    std::vector<Qid> qids(length);
    for (Qid& qid : qids) qid = static_cast<Qid>(random.below(30000)) << (random.below(2) * 40);
    std::vector<LocalId> expected;
    for (const Qid qid : qids) {
      const auto [entry, is_new] = known.try_emplace(qid, static_cast<LocalId>(known.size()));
      if (is_new) counts.push_back(0);
      ++counts[entry->second];
      expected.push_back(entry->second);
    }

    EXPECT_EQ(interned(interner, qids), expected);
  }
  ASSERT_EQ(interner.size(), known.size());
  for (const auto& [qid, local] : known) {
    EXPECT_EQ(interner.counts()[local].qid, qid);
    EXPECT_EQ(interner.counts()[local].count, counts[local]);
  }
}

TEST(ApplyVocabulary, RewritesInPlaceAndDropsTheUnknown) {
  Sequences<LocalId> sequences;
  for (const auto& s : std::vector<std::vector<LocalId>>{{0, 1, 2}, {1}, {}, {2, 2, 0}}) sequences.append(s);
  const std::vector<TokenId> token_of_local{1, kNoToken, 0};

  apply_vocabulary(sequences, token_of_local);

  EXPECT_THAT(sequences.offsets, ElementsAre(0, 2, 2, 2, 5));
  EXPECT_THAT(sequences.tokens, ElementsAre(1, 0, 0, 0, 1));
}

}  // namespace
}  // namespace linktrail
