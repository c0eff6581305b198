#include "corpus/vocabulary_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;

TEST(VocabularyIndex, FindsWhatTheVocabularyHolds) {
  const Vocabulary vocabulary({{30, 5}, {7, 9}, {10, 5}, {8, 1}}, 5);
  const VocabularyIndex index(vocabulary);

  EXPECT_EQ(index.find(7), 0U);
  EXPECT_EQ(index.find(10), 1U);
  EXPECT_EQ(index.find(30), 2U);
  EXPECT_EQ(index.find(8), kNoToken) << "below the minimum";
  EXPECT_EQ(index.find(11), kNoToken);
  EXPECT_THAT(index.find_all(std::vector<QidCount>{{11, 1}, {30, 1}, {7, 1}}), ElementsAre(kNoToken, 2, 0));
}

TEST(VocabularyIndex, AnEmptyVocabularyHasNoArticle) {
  const Vocabulary vocabulary;

  EXPECT_EQ(VocabularyIndex(vocabulary).find(1), kNoToken);
  EXPECT_TRUE(VocabularyIndex(vocabulary).find_all({}).empty());
}

TEST(VocabularyIndex, ManyArticlesAreTheSameAsByAMap) {
  RandomStream random({.seed = 7, .stage = RandomStage::kReader, .record = 0});
  std::map<Qid, std::uint64_t> counts;
  for (int i = 0; i < 60000; ++i) ++counts[static_cast<Qid>(random.below(30000)) << (random.below(2) * 40)];
  std::vector<QidCount> entries;
  for (const auto& [qid, count] : counts) entries.push_back({qid, count});
  const Vocabulary vocabulary(entries, 2);
  const VocabularyIndex index(vocabulary);

  const std::vector<TokenId> tokens = index.find_all(entries);

  ASSERT_EQ(tokens.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(tokens[i], index.find(entries[i].qid));
    if (entries[i].count < 2)
      EXPECT_EQ(tokens[i], kNoToken);
    else
      EXPECT_EQ(vocabulary.qid(tokens[i]), entries[i].qid);
  }
}

}  // namespace
}  // namespace linktrail
