// The global corpus is a function of the input alone: each test compares what the ranks hold together
// with a plain computation over the same lines.
#include "dist/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/hash.h"
#include "core/permutation.h"
#include "core/random.h"
#include "corpus/flat_writers.h"
#include "corpus/vocabulary_index.h"
#include "dist/rebalance.h"
#include "support/mpi_test.h"

namespace linktrail {
namespace {

using test::world;
using ::testing::AllOf;
using ::testing::HasSubstr;
using QidList = std::vector<Qid>;

// Large enough (about 1.3 MB as text) that plain files are cut for every number of ranks tested.
std::vector<QidList> make_sessions(int count) {
  std::vector<QidList> sessions;
  for (int i = 0; i < count; ++i) {
    RandomStream random({.seed = 11, .record = static_cast<std::uint64_t>(i)});
    QidList session(1 + random.below(8));
    for (Qid& qid : session) {
      const double u = random.uniform_double();
      qid = 1000 + static_cast<Qid>(5000 * u * u * u);
    }
    sessions.push_back(session);
  }
  return sessions;
}

void write_sessions(const std::string& path, std::span<const QidList> sessions) {
  comm::agreed_on_root(world(), [&] {
    SessionWriter writer(path);
    for (const QidList& session : sessions) writer.write(session);
    writer.finish();
  });
}

void write_text(const std::string& path, const std::string& text) {
  comm::agreed_on_root(world(), [&] { std::ofstream(path, std::ios::binary) << text; });
}

Vocabulary count(const std::vector<QidList>& lists, std::uint64_t min_count) {
  std::map<Qid, std::uint64_t> counts;
  for (const QidList& list : lists)
    for (const Qid qid : list) ++counts[qid];
  std::vector<QidCount> entries;
  for (const auto& [qid, n] : counts) entries.push_back({qid, n});
  return {std::move(entries), min_count};
}

std::vector<TokenId> known(const QidList& list, const Vocabulary& vocabulary) {
  std::vector<TokenId> tokens;
  const VocabularyIndex index(vocabulary);
  for (const Qid qid : list)
    if (const TokenId token = index.find(qid); token != kNoToken) tokens.push_back(token);
  return tokens;
}

std::vector<std::vector<TokenId>> expected_records(const std::vector<QidList>& sessions, const Vocabulary& vocabulary) {
  std::vector<std::vector<TokenId>> records;
  for (const QidList& session : sessions)
    if (auto tokens = known(session, vocabulary); tokens.size() >= 2) records.push_back(std::move(tokens));
  return records;
}

// Whether the records here are those that `expected` holds from first_record on, and cover it over all ranks.
void expect_records(const TokenSequences& here, std::uint64_t first, std::uint64_t total,
                    const std::vector<std::vector<TokenId>>& expected) {
  EXPECT_EQ(total, expected.size());
  EXPECT_EQ(comm::all_reduce<std::uint64_t>(here.size(), comm::ReduceOp::kSum, world()), total);
  EXPECT_EQ(comm::exclusive_scan(here.size(), world()), first);
  std::size_t different = 0;
  for (std::size_t i = 0; i < here.size() && first + i < expected.size(); ++i)
    different += std::ranges::equal(here[i], expected[first + i]) ? 0 : 1;
  EXPECT_EQ(different, 0U);
}

// The text of the AgreedError; fails unless it has the code for bad input and is equal on all ranks.
template <class Work>
std::string input_fault(Work&& work) {
  std::string text = "nothing was thrown";
  try {
    work();
  } catch (const comm::AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    text = error.what();
  }
  comm::expect_same_on_all_ranks(hash_bytes(text), "error text", world());
  return text;
}

TEST(LoadSessions, GivesTheSameCorpusForAnySplitOfTheInput) {
  const test::SharedFolder folder;
  const auto sessions = make_sessions(40000);
  const std::span<const QidList> all(sessions);
  const Vocabulary vocabulary = count(sessions, 5);
  const auto expected = expected_records(sessions, vocabulary);
  write_sessions(folder.file("one.txt"), all);
  write_sessions(folder.file("part1.txt"), all.first(30000));
  write_sessions(folder.file("part2.txt.gz"), all.subspan(30000, 9000));
  write_sessions(folder.file("part3.gz"), all.subspan(39000, 0));
  write_sessions(folder.file("part4"), all.subspan(39000));

  for (const char* input : {"one.txt", "part*"}) {
    const auto corpus = dist::load_sessions({.inputs = {folder.file(input)}, .min_count = 5}, world());

    EXPECT_EQ(corpus.vocabulary.fingerprint(), vocabulary.fingerprint()) << input;
    EXPECT_EQ(corpus.input_sessions, 40000U);
    EXPECT_EQ(corpus.short_sessions, 40000U - expected.size());
    EXPECT_EQ(corpus.held_out_sessions, 0U);
    expect_records(corpus.sequences, corpus.first_record, corpus.total_records, expected);
  }
}

TEST(LoadSessions, SharesTokensEqually) {
  const test::SharedFolder folder;
  write_sessions(folder.file("s.gz"), make_sessions(5000));  // one piece: one rank reads all

  const auto corpus = dist::load_sessions({.inputs = {folder.file("s.gz")}, .min_count = 1}, world());

  const double fair = static_cast<double>(corpus.total_tokens) / world().size();
  EXPECT_NEAR(static_cast<double>(corpus.sequences.tokens.size()), fair, 16);
  EXPECT_EQ(comm::all_reduce<std::uint64_t>(corpus.sequences.tokens.size(), comm::ReduceOp::kSum, world()),
            corpus.total_tokens);
}

TEST(LoadSessions, SeparatesTrainingFromHeldOutBeforeCounting) {
  const test::SharedFolder folder;
  const auto sessions = make_sessions(3000);
  std::vector<QidList> training, held_out;
  for (const QidList& session : sessions) (is_held_out(session, 0.2) ? held_out : training).push_back(session);
  write_sessions(folder.file("s"), sessions);
  dist::LoadParams params{.inputs = {folder.file("s")}, .min_count = 3, .holdout_fraction = 0.2};

  const auto train = dist::load_sessions(params, world());
  params.part = dist::SessionPart::kHeldOut;
  const auto test = dist::load_sessions_with(train.vocabulary, params, world());

  const Vocabulary vocabulary = count(training, 3);
  EXPECT_EQ(train.vocabulary.fingerprint(), vocabulary.fingerprint());
  EXPECT_EQ(test.vocabulary.fingerprint(), vocabulary.fingerprint());
  EXPECT_EQ(train.held_out_sessions, held_out.size());
  expect_records(train.sequences, train.first_record, train.total_records, expected_records(training, vocabulary));
  expect_records(test.sequences, test.first_record, test.total_records, expected_records(held_out, vocabulary));
}

TEST(LoadSessions, WorksWithMoreRanksThanSessions) {
  const test::SharedFolder folder;
  write_text(folder.file("s"), "Q1 Q2\n");

  const auto corpus = dist::load_sessions({.inputs = {folder.file("s")}, .min_count = 1}, world());

  EXPECT_EQ(corpus.total_records, 1U);
  EXPECT_EQ(corpus.sequences.size(), world().is_root() ? 1U : 0U);
  EXPECT_EQ(corpus.vocabulary.size(), 2U);
}

TEST(LoadSessions, FaultsAreTheSameOnAllRanks) {
  const test::SharedFolder folder;
  write_text(folder.file("empty"), "");
  write_text(folder.file("blank"), "\n\n");
  write_text(folder.file("rare"), "Q1 Q2\nQ3 Q4\n");
  write_text(folder.file("single"), "Q1\nQ1\n");
  write_text(folder.file("bad"), "Q1 Q2\nQ3 word\n");
  const auto fault = [&](const char* name, std::uint64_t min_count = 1) {
    return input_fault([&] { dist::load_sessions({.inputs = {folder.file(name)}, .min_count = min_count}, world()); });
  };

  EXPECT_THAT(fault("missing"), HasSubstr("missing"));
  EXPECT_THAT(fault("empty"), AllOf(HasSubstr("empty: "), HasSubstr("the input is empty")));
  EXPECT_THAT(fault("blank"), HasSubstr("the input is empty"));
  EXPECT_THAT(fault("rare", 2),
              AllOf(HasSubstr("4 tokens"), HasSubstr("min-count"), HasSubstr("2 times"), HasSubstr("lower")));
  EXPECT_THAT(fault("single"), HasSubstr("2 known articles"));
  EXPECT_THAT(fault("bad"), AllOf(HasSubstr("bad:2:"), HasSubstr("'word'")));
}

TEST(LoadSessions, AFaultFarInsideALargeFileIsNamedWithItsLine) {
  const test::SharedFolder folder;
  std::string text;
  for (int i = 0; i < 60000; ++i) text += i == 45678 ? "Q1 nonsense\n" : "Q123 Q456 Q789\n";
  write_text(folder.file("s"), text);

  EXPECT_THAT(input_fault([&] { dist::load_sessions({.inputs = {folder.file("s")}}, world()); }),
              HasSubstr("s:45679:"));
}

struct Row {
  Qid from;
  QidList outlinks;
};

std::vector<Row> make_rows(int count) {
  std::vector<Row> rows;
  for (QidList& outlinks : make_sessions(count)) {
    const Qid from = rows.size() % 10 == 3 ? kNoQid : static_cast<Qid>(rows.size() % 700);
    if (rows.size() % 17 == 0) outlinks.clear();
    rows.push_back({from, std::move(outlinks)});
  }
  return rows;
}

void write_rows(const std::string& path, std::span<const Row> rows) {
  comm::agreed_on_root(world(), [&] {
    LinkWriter writer(path);
    for (const Row& row : rows)
      writer.write({.wiki_db = "enwiki", .page_id = 1, .qid_from = row.from, .outlinks = row.outlinks});
    writer.finish();
  });
}

struct ExpectedLinks {
  Vocabulary vocabulary;
  std::vector<std::vector<TokenId>> bags;
  QidList articles;
};

ExpectedLinks expected_links(const std::vector<Row>& rows, std::uint64_t min_count) {
  ExpectedLinks expected;
  std::vector<QidList> bags;
  for (const Row& row : rows) {
    if (row.from == kNoQid) continue;
    bags.push_back(row.outlinks);
    expected.articles.push_back(row.from);
  }
  expected.vocabulary = count(bags, min_count);
  for (const QidList& bag : bags) expected.bags.push_back(known(bag, expected.vocabulary));
  return expected;
}

void expect_links(const dist::LinkCorpus& corpus, const ExpectedLinks& expected) {
  expect_records(corpus.sequences, corpus.first_record, corpus.total_records, expected.bags);
  EXPECT_EQ(corpus.articles.size(), corpus.sequences.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < corpus.articles.size(); ++i)
    different += corpus.articles[i] == expected.articles[corpus.first_record + i] ? 0 : 1;
  EXPECT_EQ(different, 0U);
  EXPECT_EQ(corpus.empty_rows, static_cast<std::uint64_t>(std::count_if(expected.bags.begin(), expected.bags.end(),
                                                                        [](const auto& bag) { return bag.empty(); })));
}

TEST(LoadLinks, GivesTheSameCorpusForAnySplitOfTheInput) {
  const test::SharedFolder folder;
  const auto rows = make_rows(30000);
  const auto expected = expected_links(rows, 4);
  write_rows(folder.file("one"), rows);
  write_rows(folder.file("part1"), std::span<const Row>(rows).first(20000));
  write_rows(folder.file("part2.gz"), std::span<const Row>(rows).subspan(20000));

  for (const char* input : {"one", "part*"}) {
    const auto corpus = dist::load_links({.inputs = {folder.file(input)}, .min_count = 4}, world());

    EXPECT_EQ(corpus.vocabulary.fingerprint(), expected.vocabulary.fingerprint());
    EXPECT_EQ(corpus.input_rows, 30000U);
    EXPECT_EQ(corpus.rows_without_qid, 3000U);
    expect_links(corpus, expected);
  }
}

// The expected records, moved as the shuffle must move them.
ExpectedLinks shuffled(const ExpectedLinks& links, std::uint64_t seed) {
  ExpectedLinks result = links;
  const RandomPermutation permutation(links.bags.size(), seed, RandomStage::kRecordOrder);
  for (std::size_t i = 0; i < links.bags.size(); ++i) {
    result.bags[permutation(i)] = links.bags[i];
    result.articles[permutation(i)] = links.articles[i];
  }
  return result;
}

TEST(LoadLinks, ShufflesTheSameWayForAnySplitOfTheInputAndAnyNumberOfRanks) {
  const test::SharedFolder folder;
  const auto rows = make_rows(20000);
  const auto expected = shuffled(expected_links(rows, 4), 5);
  write_rows(folder.file("one"), rows);
  write_rows(folder.file("part1.gz"), std::span<const Row>(rows).first(3000));
  write_rows(folder.file("part2"), std::span<const Row>(rows).subspan(3000));

  for (const char* input : {"one", "part*"}) {
    const auto corpus = dist::load_links({.inputs = {folder.file(input)}, .min_count = 4, .shuffle_seed = 5}, world());

    expect_links(corpus, expected);
  }
}

TEST(LoadLinks, ShufflesFewerRowsThanRanks) {
  const test::SharedFolder folder;
  write_text(folder.file("l"), "wiki_db\tpid_from\tqid_from\toutlinks\nw\t1\tQ1\tQ7 Q8\n");

  const auto corpus = dist::load_links({.inputs = {folder.file("l")}, .min_count = 1, .shuffle_seed = 5}, world());

  EXPECT_EQ(corpus.total_records, 1U);
  EXPECT_EQ(corpus.total_tokens, 2U);
}

TEST(LoadLinks, AcceptsAGivenVocabulary) {
  const test::SharedFolder folder;
  const auto rows = make_rows(500);
  write_rows(folder.file("l"), rows);
  ExpectedLinks expected = expected_links(rows, 1);
  const Vocabulary given({{1000, 9}, {1003, 7}, {5, 7}}, 1);
  expected.bags.clear();
  for (const Row& row : rows)
    if (row.from != kNoQid) expected.bags.push_back(known(row.outlinks, given));

  const auto corpus = dist::load_links_with(given, {.inputs = {folder.file("l")}}, world());

  EXPECT_EQ(corpus.vocabulary.fingerprint(), given.fingerprint());
  expect_links(corpus, expected);
}

TEST(LoadLinks, KeepsArticlesWhoseLinksAreAllUnknown) {
  const test::SharedFolder folder;
  write_text(folder.file("l"), "wiki_db\tpid_from\tqid_from\toutlinks\nw\t1\tQ1\tQ7\nw\t2\tQ2\tQ8\n");

  const auto corpus = dist::load_links_with(Vocabulary({{99, 1}}, 1), {.inputs = {folder.file("l")}}, world());

  EXPECT_EQ(corpus.total_records, 2U);
  EXPECT_EQ(corpus.empty_rows, 2U);
  EXPECT_EQ(corpus.total_tokens, 0U);
}

TEST(LoadLinks, ChecksTheHeaderOfEveryFile) {
  const test::SharedFolder folder;
  write_text(folder.file("l1"), "wiki_db\tpid_from\tqid_from\toutlinks\nw\t1\tQ1\tQ2\n");
  write_text(folder.file("l2"), "w\t2\tQ2\tQ1\n");

  EXPECT_THAT(input_fault([&] { dist::load_links({.inputs = {folder.file("l*")}, .min_count = 1}, world()); }),
              AllOf(HasSubstr("l2:1:"), HasSubstr("header")));
}

TEST(LoadLinks, RefusesAVocabularyThatMinCountEmpties) {
  const test::SharedFolder folder;
  write_text(folder.file("l"), "wiki_db\tpid_from\tqid_from\toutlinks\nw\t1\tQ1\tQ2 Q3\n");

  EXPECT_THAT(input_fault([&] { dist::load_links({.inputs = {folder.file("l")}, .min_count = 9}, world()); }),
              AllOf(HasSubstr("2 tokens"), HasSubstr("9 times")));
}

TEST(RankOfToken, CutsAllTokensIntoEqualRuns) {
  EXPECT_EQ(dist::rank_of_token(0, 10, 3), 0);
  EXPECT_EQ(dist::rank_of_token(3, 10, 3), 0);
  EXPECT_EQ(dist::rank_of_token(4, 10, 3), 1);
  EXPECT_EQ(dist::rank_of_token(9, 10, 3), 2);
  EXPECT_EQ(dist::rank_of_token(10, 10, 3), 2);
  EXPECT_EQ(dist::rank_of_token(0, 0, 3), 0);
}

}  // namespace
}  // namespace linktrail
