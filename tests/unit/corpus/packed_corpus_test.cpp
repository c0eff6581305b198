#include "corpus/packed_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linktrail {
namespace {

using ::testing::ElementsAre;

TEST(Interner, NumbersInOrderOfFirstSightAndCounts) {
  Interner interner;

  std::vector<LocalId> ids;
  for (const Qid qid : {70, 5, 70, 9, 5, 70}) ids.push_back(interner.intern(qid));

  EXPECT_THAT(ids, ElementsAre(0, 1, 0, 2, 1, 0));
  ASSERT_EQ(interner.size(), 3U);
  EXPECT_EQ(interner.counts()[0].qid, 70);
  EXPECT_EQ(interner.counts()[0].count, 3U);
  EXPECT_EQ(interner.counts()[2].count, 1U);
}

TEST(ApplyVocabulary, RewritesInPlaceAndDropsTheUnknown) {
  Sequences<LocalId> sequences;
  for (const auto& s : std::vector<std::vector<LocalId>>{{0, 1, 2}, {1}, {}, {2, 2, 0}}) sequences.append(s);
  const std::vector<QidCount> counts{{10, 2}, {11, 2}, {12, 3}};
  const Vocabulary vocabulary({{12, 3}, {10, 2}}, 1);

  apply_vocabulary(sequences, token_of_local(counts, vocabulary));

  EXPECT_THAT(sequences.offsets, ElementsAre(0, 2, 2, 2, 5));
  EXPECT_THAT(sequences.tokens, ElementsAre(1, 0, 0, 0, 1));
}

}  // namespace
}  // namespace linktrail
