#include "simulate/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "corpus/flat_files.h"
#include "corpus/label_table.h"
#include "corpus/title_table.h"
#include "simulate/world_files.h"
#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using Article = World::Article;

WorldParams small_world() {
  WorldParams params;
  params.articles = 1000;
  params.topics = 8;
  params.sessions = 2000;
  return params;
}

std::vector<Article> session_of(const World& world, std::uint64_t number) {
  std::vector<Article> pages;
  world.session(number, pages);
  return pages;
}

std::vector<Article> links_of(const World& world, Article article) {
  std::vector<Article> targets;
  world.links(article, targets);
  return targets;
}

bool is_member(const World& world, Article article, World::Topic topic) {
  return world.topic(article) == topic || world.second_topic(article) == topic;
}

TEST(World, RecordsDependOnTheirNumberOnly) {
  const World world(small_world());
  WorldParams longer = small_world();
  longer.sessions = 1000000000;
  const World other(longer);

  const auto late = session_of(world, 1999);
  EXPECT_EQ(session_of(other, 1999), late);
  EXPECT_EQ(session_of(world, 1999), late);
  EXPECT_NE(session_of(world, 1998), late);
  EXPECT_EQ(links_of(other, 7), links_of(world, 7));
}

TEST(World, DependsOnTheSeed) {
  WorldParams params = small_world();
  params.seed = 2;

  EXPECT_NE(session_of(World(params), 5), session_of(World(small_world()), 5));
}

TEST(World, QidsAreDistinctAscendingAndNotDense) {
  const World world(small_world());

  for (Article a = 1; a < 1000; ++a) EXPECT_GT(world.qid(a), world.qid(a - 1));
  EXPECT_GT(world.qid(999), 30000);
}

TEST(World, PopularityIsZipf) {
  WorldParams params = small_world();
  params.zipf_exponent = 1.2;
  const World world(params);

  std::vector<double> weights;
  for (Article a = 0; a < 1000; ++a) weights.push_back(world.popularity(a));
  std::sort(weights.rbegin(), weights.rend());

  for (const std::size_t rank : {0UL, 9UL, 99UL, 999UL})
    EXPECT_NEAR(weights[rank], std::pow(static_cast<double>(rank + 1), -1.2), 1e-12);
}

TEST(World, SessionsVisitArticlesByPopularity) {
  WorldParams params = small_world();
  params.topics = 1;
  const World world(params);
  std::vector<double> visits(1000, 0);
  double total = 0, weight = 0;
  for (Article a = 0; a < 1000; ++a) weight += world.popularity(a);

  for (std::uint64_t i = 0; i < 20000; ++i) {
    ++visits[session_of(world, i).front()];
    ++total;
  }

  const auto top = static_cast<Article>(std::max_element(visits.begin(), visits.end()) - visits.begin());
  EXPECT_DOUBLE_EQ(world.popularity(top), 1.0);
  EXPECT_NEAR(visits[top] / total, 1.0 / weight, 0.02);
}

TEST(World, SessionsHaveTheLengthsOfRealOnes) {
  const World world(small_world());
  double pages = 0;
  std::size_t longest = 0;

  for (std::uint64_t i = 0; i < 5000; ++i) {
    const auto session = session_of(world, i);
    ASSERT_GE(session.size(), 2U);
    ASSERT_LE(session.size(), 30U);
    EXPECT_EQ(std::adjacent_find(session.begin(), session.end()), session.end());
    pages += static_cast<double>(session.size());
    longest = std::max(longest, session.size());
  }

  EXPECT_NEAR(pages / 5000, 2 + 0.7 / 0.3, 0.2);
  EXPECT_GT(longest, 12U);
}

TEST(World, SessionsWithoutJumpsStayInATopic) {
  WorldParams params = small_world();
  params.jump_probability = 0;
  const World world(params);

  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto session = session_of(world, i);
    bool some_topic_holds_all = false;
    for (World::Topic t = 0; t < params.topics; ++t)
      some_topic_holds_all |=
          std::all_of(session.begin(), session.end(), [&](Article a) { return is_member(world, a, t); });
    EXPECT_TRUE(some_topic_holds_all) << "session " << i;
  }
}

TEST(World, LinksMostlyStayInTheTopic) {
  const World world(small_world());
  double inside = 0, all = 0;

  for (Article a = 0; a < 1000; ++a) {
    const auto links = links_of(world, a);
    EXPECT_TRUE(std::is_sorted(links.begin(), links.end()));
    EXPECT_EQ(std::adjacent_find(links.begin(), links.end()), links.end());
    for (const Article target : links) {
      EXPECT_NE(target, a);
      inside += is_member(world, target, world.topic(a)) ? 1 : 0;
      ++all;
    }
  }

  EXPECT_GT(inside / all, 0.7);
  EXPECT_GT(all / 1000, 10);
}

TEST(World, OnlyTheFirstWikiHasEveryArticle) {
  const World world(small_world());
  int first = 0, third = 0;

  for (Article a = 0; a < 1000; ++a) {
    first += world.exists_in(0, a) ? 1 : 0;
    third += world.exists_in(2, a) ? 1 : 0;
  }

  EXPECT_EQ(first, 1000);
  EXPECT_NEAR(third, 360, 60);
}

TEST(World, SmallestWorldsWork) {
  WorldParams params;
  params.articles = 2;
  params.topics = 2;
  const World world(params);

  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto session = session_of(world, i);
    EXPECT_EQ(std::adjacent_find(session.begin(), session.end()), session.end());
  }
}

TEST(World, RefusesImpossibleParameters) {
  WorldParams no_topics = small_world(), no_articles = small_world(), bad_share = small_world();
  no_topics.topics = 0;
  no_articles.articles = 1;
  bad_share.jump_probability = 1.5;

  for (const WorldParams& params : {no_topics, no_articles, bad_share}) EXPECT_THROW(World{params}, UsageError);
}

TEST(WriteWorld, WritesFilesThatTheReadersAccept) {
  const test::TempDir dir;
  const WorldParams params = small_world();
  const World world(params);

  const FlatCounts counts = write_world(params, dir.file("deep/er"), FlatCompression::kGzip);

  const std::vector<InputFile> sessions{test::input_file(dir.file("deep/er/sessions.txt.gz"))};
  std::uint64_t seen = 0, tokens = 0;
  Qid first_page = kNoQid;
  for_each_file(sessions, [&](LineReader& lines) {
    read_sessions(lines, [&](std::span<const Qid> session) {
      if (seen++ == 77) first_page = session.front();
      tokens += session.size();
    });
  });
  EXPECT_EQ(first_page, world.qid(session_of(world, 77).front()));
  EXPECT_EQ(seen, 2000U);
  EXPECT_EQ(seen, counts.sessions);
  EXPECT_EQ(tokens, counts.session_tokens);

  const std::vector<InputFile> links{test::input_file(dir.file("deep/er/pagelinks.tsv.gz"))};
  std::uint64_t rows = 0, edges = 0, nameless = 0;
  std::set<std::string> wikis;
  for_each_file(links, [&](LineReader& lines) {
    read_links(lines, read_link_header(links[0]), [&](const LinkRow& row) {
      ++rows;
      edges += row.outlinks.size();
      nameless += row.qid_from == kNoQid ? 1 : 0;
      wikis.emplace(row.wiki_db);
    });
  });
  EXPECT_EQ(rows, counts.link_rows);
  EXPECT_EQ(edges, counts.links);
  EXPECT_GT(nameless, 0U);
  EXPECT_LT(nameless, rows / 20);
  EXPECT_EQ(wikis.size(), 3U);

  const std::vector<InputFile> labels{test::input_file(dir.file("deep/er/labels.tsv.gz"))};
  EXPECT_EQ(LabelTable::load(labels).names().size(), 8U);
  EXPECT_EQ(LabelTable::load(labels).qids().size(), 1000U);
  const std::vector<InputFile> titles{test::input_file(dir.file("deep/er/titles.tsv.gz"))};
  EXPECT_EQ(TitleTable::load(titles).find(world.title(17)), world.qid(17));
}

TEST(WriteWorld, AnotherFirstSessionIsAnotherMonthOfTheSameWorld) {
  const test::TempDir dir;
  WorldParams params = small_world();
  params.sessions = 3;
  params.first_session = 2000;
  const World world(small_world());

  write_world(params, dir.file("second"), FlatCompression::kNone);

  const std::vector<InputFile> sessions{test::input_file(dir.file("second/sessions.txt"))};
  std::vector<std::vector<Qid>> found, expected;
  for_each_file(sessions, [&](LineReader& lines) {
    read_sessions(lines, [&](std::span<const Qid> session) { found.emplace_back(session.begin(), session.end()); });
  });
  for (std::uint64_t number = 2000; number < 2003; ++number) {
    expected.emplace_back();
    for (const Article page : session_of(world, number)) expected.back().push_back(world.qid(page));
  }
  EXPECT_EQ(found, expected);
}

TEST(WriteWorld, ReportsAFolderThatCannotBeMade) {
  EXPECT_THROW(write_world(small_world(), "/dev/null/x"), StorageError);
}

}  // namespace
}  // namespace linktrail
