// Metrics computed over ranks equal those computed the obvious way on one.
#include "dist/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "corpus/vocabulary_index.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

constexpr std::uint64_t kArticles = 97;
constexpr std::size_t kDim = 6;

Qid qid_of(std::uint64_t row) { return static_cast<Qid>(3 * row + 10); }

// Row i of the whole: random, of length 1.
std::vector<float> vector_of(std::uint64_t row) {
  RandomStream random({.seed = 7, .stage = RandomStage::kSample, .record = row});
  std::vector<float> vector(kDim);
  float square = 0;
  for (float& x : vector) {
    x = random.uniform() - 0.5F;
    square += x * x;
  }
  for (float& x : vector) x /= std::sqrt(square);
  return vector;
}

EmbeddingRows my_rows(const comm::Communicator& comm) {
  const auto [begin, end] = row_block(kArticles, comm.rank(), comm.size());
  EmbeddingRows rows{
      .vectors = Matrix(end - begin, kDim), .qids = {}, .counts = {}, .begin = begin, .total = kArticles};
  for (std::uint64_t row = begin; row < end; ++row) {
    const auto vector = vector_of(row);
    std::copy(vector.begin(), vector.end(), rows.vectors.row(row - begin).begin());
    rows.qids.push_back(qid_of(row));
    rows.counts.push_back(1);
  }
  return rows;
}

double dot(std::uint64_t a, std::uint64_t b) {
  const auto x = vector_of(a), y = vector_of(b);
  double sum = 0;
  for (std::size_t d = 0; d < kDim; ++d) sum += static_cast<double>(x[d]) * y[d];
  return sum;
}

// Rows other than `row`, nearest first.
std::vector<std::uint64_t> sorted_neighbors(std::uint64_t row) {
  std::vector<std::uint64_t> others;
  for (std::uint64_t i = 0; i < kArticles; ++i)
    if (i != row) others.push_back(i);
  std::sort(others.begin(), others.end(), [&](auto a, auto b) { return dot(row, a) > dot(row, b); });
  return others;
}

TEST(ExactNeighbors, EqualTheNaiveOnesAndLeaveTheQueryOut) {
  const auto comm = test::world();
  const EmbeddingRows rows = my_rows(comm);
  const std::vector<std::uint64_t> queries{0, 13, 96};

  const ExactNeighbors exact = exact_neighbors(rows, queries, 10, comm);

  EXPECT_EQ(exact.k, 10U);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto expected = sorted_neighbors(queries[q]);
    for (std::size_t i = 0; i < exact.k; ++i) EXPECT_EQ(exact.of(q)[i].id, expected[i]);
  }
}

TEST(ExactNeighbors, AskForNoMoreThanThereAre) {
  const auto comm = test::world();

  EXPECT_EQ(exact_neighbors(my_rows(comm), {5}, 1000, comm).k, kArticles - 1);
}

TEST(NextArticle, RanksTheTargetAmongAllOthers) {
  const auto comm = test::world();
  const EmbeddingRows rows = my_rows(comm);
  SessionCorpus held_out;
  held_out.vocabulary = Vocabulary({{qid_of(4), 2}, {qid_of(50), 1}, {Qid{1}, 1}}, 1);
  if (comm.is_root()) {
    const VocabularyIndex index(held_out.vocabulary);
    const auto token = [&](Qid qid) { return index.find(qid); };
    const std::vector<TokenId> session{token(qid_of(4)), token(qid_of(50)), token(Qid{1})};
    held_out.sequences.append(std::span<const TokenId>(session));
  }

  const NextArticleSums sums = next_article(rows, held_out, 1000, 1, comm);

  const auto neighbors = sorted_neighbors(4);
  const auto rank = std::find(neighbors.begin(), neighbors.end(), 50U) - neighbors.begin() + 1;
  EXPECT_EQ(sums.pairs, 2U);
  EXPECT_EQ(sums.unknown, 1U);
  EXPECT_NEAR(sums.mrr(), 1.0 / static_cast<double>(rank) / 2, 1e-9);
}

TEST(SampleRows, IsTheSameAtAnyNumberOfRanksAndAboutAsLargeAsAsked) {
  const auto comm = test::world();

  EXPECT_EQ(sample_rows(my_rows(comm), kArticles, 1, comm).size(), kArticles);
  const auto some = sample_rows(my_rows(comm), 30, 1, comm);
  EXPECT_GT(some.size(), 15U);
  EXPECT_LT(some.size(), 50U);
  EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
}

TEST(LabelAgreement, CountsNeighborsThatShareALabel) {
  const auto comm = test::world();
  const EmbeddingRows rows = my_rows(comm);
  std::vector<LabelTable::Entry> entries;
  for (std::uint64_t row = 0; row < kArticles; ++row) entries.push_back({qid_of(row), row % 3 == 0 ? "x" : "y"});
  const LabelTable labels(entries);

  const ExactNeighbors exact = exact_neighbors(rows, {9}, 10, comm);
  const LabelAgreementSums sums = label_agreement(rows, exact, labels, comm);

  const auto neighbors = sorted_neighbors(9);
  const auto same = std::count_if(neighbors.begin(), neighbors.begin() + 10, [](auto row) { return row % 3 == 0; });
  EXPECT_NEAR(sums.mean(), static_cast<double>(same) / 10, 1e-9);
}

// The obvious way: the rank of one hidden link among those that the row does not have.
std::uint64_t naive_rank(const LinkCorpus& corpus, std::size_t row, TokenId hidden, const Matrix& links) {
  std::vector<double> mean(kDim, 0);
  for (const TokenId link : corpus.sequences[row])
    if (!is_hidden_link(corpus.articles[row], corpus.vocabulary.qid(link)))
      for (std::size_t d = 0; d < kDim; ++d) mean[d] += static_cast<double>(links.row(link)[d]);
  const auto score = [&](TokenId link) {
    double product = 0;
    for (std::size_t d = 0; d < kDim; ++d) product += mean[d] * static_cast<double>(links.row(link)[d]);
    return product;
  };
  std::uint64_t rank = 1;
  const auto own = corpus.sequences[row];
  for (TokenId link = 0; link < links.rows(); ++link)
    if (std::find(own.begin(), own.end(), link) == own.end() && corpus.vocabulary.qid(link) != corpus.articles[row] &&
        score(link) > score(hidden))
      ++rank;
  return rank;
}

constexpr std::size_t kLinkRows = 80;

TEST(HeldOutLinks, AreRankedAmongLinksThatTheRowDoesNotHave) {
  const auto comm = test::world();
  Matrix links(kArticles, kDim);
  std::vector<QidCount> counts;
  for (std::uint64_t row = 0; row < kArticles; ++row) {
    const auto vector = vector_of(row);
    std::copy(vector.begin(), vector.end(), links.row(row).begin());
    counts.push_back({.qid = qid_of(row), .count = 1});
  }
  LinkCorpus whole, mine;
  whole.vocabulary = mine.vocabulary = Vocabulary(std::move(counts), 1);
  for (std::size_t row = 0; row < kLinkRows; ++row) {
    std::vector<TokenId> own;
    for (std::size_t l = 0; l < row % 6; ++l) own.push_back(static_cast<TokenId>((7 * row + 11 * l) % kArticles));
    std::sort(own.begin(), own.end());
    whole.sequences.append(std::span<const TokenId>(own));
    whole.articles.push_back(row % 2 == 0 ? qid_of(row) : Qid{1});  // others link to every second article
    const auto ranks = static_cast<std::size_t>(comm.size());
    if (row * ranks / kLinkRows != static_cast<std::size_t>(comm.rank())) continue;
    mine.sequences.append(std::span<const TokenId>(own));
    mine.articles.push_back(whole.articles.back());
  }
  const std::vector<float> weights(kArticles, 1.0F);

  const HeldOutLinkSums sums =
      held_out_links({.link_vectors = links, .weights = weights, .max_links = 1000, .seed = 1}, mine, comm);

  HeldOutLinkSums expected;
  for (std::size_t row = 0; row < kLinkRows; ++row) {
    std::vector<TokenId> hidden;
    for (const TokenId link : whole.sequences[row])
      if (is_hidden_link(whole.articles[row], whole.vocabulary.qid(link))) hidden.push_back(link);
    if (hidden.empty() || hidden.size() == whole.sequences[row].size()) continue;
    ++expected.rows;
    for (const TokenId link : hidden) expected.add_rank(naive_rank(whole, row, link, links));
  }
  EXPECT_GT(expected.links, 10U);
  EXPECT_EQ(sums.rows, expected.rows);
  EXPECT_EQ(sums.links, expected.links);
  EXPECT_EQ(sums.hits_at_10, expected.hits_at_10);
  EXPECT_EQ(sums.hits_at_100, expected.hits_at_100);
  EXPECT_NEAR(sums.mrr(), expected.mrr(), 1e-9);
}

TEST(HeldOutLinks, OfNoRowsAreNone) {
  const auto comm = test::world();
  Matrix links(kArticles, kDim);
  const std::vector<float> weights(kArticles, 1.0F);

  const HeldOutLinkSums sums =
      held_out_links({.link_vectors = links, .weights = weights, .max_links = 10, .seed = 1}, LinkCorpus{}, comm);

  EXPECT_EQ(sums.links, 0U);
  EXPECT_EQ(sums.recall_at_10(), 0.0);
}

// Each rank names a few articles, one of them on all ranks, and one that has no row.
TEST(Coverage, CountsArticlesOnceHoweverManyRanksNameThem) {
  const auto comm = test::world();
  const EmbeddingRows rows = my_rows(comm);
  const std::vector<Qid> articles{qid_of(0), qid_of(0), qid_of(1 + static_cast<std::uint64_t>(comm.rank())), Qid{11}};

  const Coverage found = coverage(rows, articles, comm);

  EXPECT_EQ(found.articles, 2U + static_cast<std::uint64_t>(comm.size()));
  EXPECT_EQ(found.embedded, 1U + static_cast<std::uint64_t>(comm.size()));
  EXPECT_EQ(coverage(rows, {}, comm).share(), 0.0);
}

// The index file of rows [0, articles), written by rank 0.
void write_index_of(std::uint64_t articles, const std::string& path) {
  comm::agreed_on_root(test::world(), [&] {
    Matrix points(articles, kDim);
    std::vector<Qid> labels;
    for (std::uint64_t row = 0; row < articles; ++row) {
      std::ranges::copy(vector_of(row), points.row(row).begin());
      labels.push_back(qid_of(row));
    }
    write_hnswlib_file(path, build_with_hnswlib(points, labels, {.m = 8, .ef_construction = 100}));
  });
}

TEST(IndexRecall, OfAnIndexSearchedWholeIsOneAndOfANarrowSearchLess) {
  const auto comm = test::world();
  const test::SharedFolder folder;
  const EmbeddingRows rows = my_rows(comm);
  const std::vector<std::uint64_t> queries{0, 1, 5, 13, 40, 77, 96};
  const ExactNeighbors exact = exact_neighbors(rows, queries, 20, comm);
  write_index_of(kArticles, folder.file("i.hnsw"));

  const IndexRecall whole = index_recall(folder.file("i.hnsw"), rows, exact, kArticles, comm);
  const IndexRecall narrow = index_recall(folder.file("i.hnsw"), rows, exact, 1, comm);

  EXPECT_EQ(whole.queries, queries.size());
  EXPECT_EQ(whole.at_1, 1);
  EXPECT_EQ(whole.at_10, 1);
  EXPECT_EQ(whole.at_100, 1);
  EXPECT_EQ(whole.worst_decile_at_10, 1);
  EXPECT_GE(whole.distances, static_cast<double>(kArticles));
  EXPECT_LT(narrow.distances, whole.distances);
  EXPECT_GT(narrow.distances, 10);
  EXPECT_GT(whole.queries_per_second, 0);
}

TEST(IndexRecall, OfAnIndexOfOtherArticlesIsRefused) {
  const auto comm = test::world();
  const test::SharedFolder folder;
  const EmbeddingRows rows = my_rows(comm);
  write_index_of(kArticles - 1, folder.file("i.hnsw"));

  const auto fault = test::agreed_fault(
      [&] { index_recall(folder.file("i.hnsw"), rows, exact_neighbors(rows, {3}, 5, comm), 10, comm); });

  EXPECT_TRUE(fault.has_value() && fault->code() == ExitCode::kBadInput);
}

}  // namespace
}  // namespace linktrail::dist
