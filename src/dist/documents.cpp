#include "dist/documents.h"

#include <algorithm>
#include <numeric>

#include "comm/collectives.h"
#include "core/hash.h"

namespace linktrail::dist {

namespace {

struct BagHeader {
  Qid article;
  std::uint64_t size;
};

// The rows of the articles that this rank owns.
struct OwnedBags {
  std::vector<BagHeader> headers;
  Sequences<TokenId> bags;
};

OwnedBags exchange_bags(const LinkCorpus& corpus, const comm::Communicator& comm) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::vector<std::size_t>> rows_of(ranks);
  for (std::size_t i = 0; i < corpus.sequences.size(); ++i)
    rows_of[static_cast<std::size_t>(owner_of(corpus.articles[i], comm.size()))].push_back(i);

  std::vector<BagHeader> headers;
  std::vector<TokenId> tokens;
  std::vector<std::uint64_t> header_counts(ranks), token_counts(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    const std::size_t tokens_before = tokens.size();
    for (const std::size_t i : rows_of[r]) {
      const auto bag = corpus.sequences[i];
      headers.push_back({corpus.articles[i], bag.size()});
      tokens.insert(tokens.end(), bag.begin(), bag.end());
    }
    header_counts[r] = rows_of[r].size();
    token_counts[r] = tokens.size() - tokens_before;
  }

  OwnedBags owned;
  owned.headers = comm::all_to_all(std::span<const BagHeader>(headers), header_counts, comm).data;
  owned.bags.tokens = comm::all_to_all(std::span<const TokenId>(tokens), token_counts, comm).data;
  for (const BagHeader& header : owned.headers) owned.bags.offsets.push_back(owned.bags.offsets.back() + header.size);
  return owned;
}

// Rows of the owned headers grouped by article, articles ascending.
std::vector<std::size_t> by_article(const OwnedBags& owned) {
  std::vector<std::size_t> order(owned.headers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return owned.headers[a].article < owned.headers[b].article; });
  return order;
}

// Vectors of the articles owned here, in rising QID order.
struct OwnedVectors {
  std::vector<Qid> qids;
  std::vector<std::uint64_t> counts;
  std::vector<float> vectors;  // [articles, dim], flat
  DocumentStats stats;
};

OwnedVectors average(const OwnedBags& owned, MatrixView input, std::span<const float> weights, LinkBag kind) {
  OwnedVectors result;
  const std::vector<std::size_t> order = by_article(owned);
  std::vector<TokenId> bag;
  std::vector<float> vector(input.dim);
  for (std::size_t i = 0; i < order.size();) {
    const Qid article = owned.headers[order[i]].article;
    bag.clear();
    for (; i < order.size() && owned.headers[order[i]].article == article; ++i) {
      const auto row = owned.bags[order[i]];
      bag.insert(bag.end(), row.begin(), row.end());
    }
    ++result.stats.articles;
    make_bag(bag, kind);
    if (!document_vector(bag, input, weights, vector)) {
      ++result.stats.without_known_link;
      continue;
    }
    result.qids.push_back(article);
    result.counts.push_back(bag.size());
    result.vectors.insert(result.vectors.end(), vector.begin(), vector.end());
  }
  return result;
}

int rank_of_row(std::uint64_t row, std::uint64_t total, int ranks) {
  int rank = static_cast<int>(row * static_cast<std::uint64_t>(ranks) / std::max<std::uint64_t>(total, 1));
  while (row >= row_block(total, rank, ranks).second) ++rank;
  while (row < row_block(total, rank, ranks).first) --rank;
  return rank;
}

// One article's place in the global order, as it travels to the rank that holds its row.
struct RowHeader {
  std::uint64_t row;
  Qid qid;
  std::uint64_t count;
};

// Moves the vectors to the ranks that hold their rows in the global order by QID.
EmbeddingRows to_row_blocks(const OwnedVectors& owned, std::size_t dim, const comm::Communicator& comm) {
  std::vector<Qid> all = comm::all_gather(std::span<const Qid>(owned.qids), comm);
  std::sort(all.begin(), all.end());

  // Both the owned and the global order rise by QID, so rows for rank 0 come first, then rank 1, ...
  std::vector<RowHeader> headers;
  std::vector<std::uint64_t> header_counts(static_cast<std::size_t>(comm.size()), 0);
  for (std::size_t i = 0; i < owned.qids.size(); ++i) {
    const auto row = static_cast<std::uint64_t>(std::lower_bound(all.begin(), all.end(), owned.qids[i]) - all.begin());
    headers.push_back({row, owned.qids[i], owned.counts[i]});
    ++header_counts[static_cast<std::size_t>(rank_of_row(row, all.size(), comm.size()))];
  }
  std::vector<std::uint64_t> float_counts(header_counts);
  for (std::uint64_t& count : float_counts) count *= dim;
  const auto here = comm::all_to_all(std::span<const RowHeader>(headers), header_counts, comm).data;
  const auto floats = comm::all_to_all(std::span<const float>(owned.vectors), float_counts, comm).data;

  const auto [begin, end] = row_block(all.size(), comm.rank(), comm.size());
  EmbeddingRows rows{
      .vectors = Matrix(end - begin, dim), .qids = {}, .counts = {}, .begin = begin, .total = all.size()};
  rows.qids.resize(end - begin);
  rows.counts.resize(end - begin);
  for (std::size_t i = 0; i < here.size(); ++i) {
    const std::size_t local = here[i].row - begin;
    rows.qids[local] = here[i].qid;
    rows.counts[local] = here[i].count;
    std::copy_n(floats.data() + i * dim, dim, rows.vectors.row_data(local));
  }
  return rows;
}

}  // namespace

Documents embed_documents(const LinkCorpus& corpus, MatrixView input, std::span<const float> weights, LinkBag kind,
                          const comm::Communicator& comm) {
  OwnedVectors owned = average(exchange_bags(corpus, comm), input, weights, kind);
  Documents documents{.rows = to_row_blocks(owned, input.dim, comm), .stats = {}};
  documents.stats.articles = comm::all_reduce(owned.stats.articles, comm::ReduceOp::kSum, comm);
  documents.stats.without_known_link = comm::all_reduce(owned.stats.without_known_link, comm::ReduceOp::kSum, comm);
  return documents;
}

}  // namespace linktrail::dist
