#include "dist/evaluation.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "core/hash.h"
#include "index/exact_search.h"

namespace linktrail::dist {

namespace {

// Scores of equal vectors may differ in the last bits between the blocked product and a plain one.
constexpr float kScoreTolerance = 1e-6F;

struct ArticlePair {
  Qid from;
  Qid to;
};

// This rank's consecutive pairs whose hash falls below the sampling threshold.
std::vector<ArticlePair> sampled_pairs(const SessionCorpus& corpus, double share, std::uint64_t seed) {
  std::vector<ArticlePair> pairs;
  for (std::size_t s = 0; s < corpus.sequences.size(); ++s) {
    const auto session = corpus.sequences[s];
    for (std::size_t i = 0; i + 1 < session.size(); ++i) {
      const std::uint64_t hash = mix64(mix64(corpus.first_record + s + seed) + i);
      if (static_cast<double>(hash >> 11) * 0x1p-53 >= share) continue;
      pairs.push_back({corpus.vocabulary.qid(session[i]), corpus.vocabulary.qid(session[i + 1])});
    }
  }
  return pairs;
}

std::uint64_t count_pairs(const SessionCorpus& corpus) {
  std::uint64_t pairs = 0;
  for (std::size_t s = 0; s < corpus.sequences.size(); ++s)
    pairs += std::max<std::uint64_t>(corpus.sequences[s].size(), 1) - 1;
  return pairs;
}

float dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

NodeId node(std::uint64_t row) { return checked_cast<NodeId>(row); }

}  // namespace

NextArticleSums next_article(const EmbeddingRows& rows, const SessionCorpus& held_out, std::uint64_t max_pairs,
                             std::uint64_t seed, const comm::Communicator& comm) {
  const std::uint64_t all = comm::all_reduce(count_pairs(held_out), comm::ReduceOp::kSum, comm);
  const double share = all <= max_pairs ? 1.0 : static_cast<double>(max_pairs) / static_cast<double>(all);
  const std::vector<ArticlePair> mine = sampled_pairs(held_out, share, seed);
  const std::vector<ArticlePair> pairs = comm::all_gather(std::span<const ArticlePair>(mine), comm);

  const auto row_of = row_of_qid(rows, comm);
  NextArticleSums sums;
  std::vector<std::uint64_t> from, to;
  for (const ArticlePair& pair : pairs) {
    const auto a = row_of.find(pair.from);
    const auto b = row_of.find(pair.to);
    if (a == row_of.end() || b == row_of.end() || a->second == b->second) {
      sums.add_unknown();
      continue;
    }
    from.push_back(a->second);
    to.push_back(b->second);
  }

  const Matrix queries = fetch_rows(rows, from, comm);
  const Matrix targets = fetch_rows(rows, to, comm);
  std::vector<float> thresholds(from.size());
  std::vector<NodeId> skip(from.size());
  for (std::size_t q = 0; q < from.size(); ++q) {
    thresholds[q] = dot(queries.row(q), targets.row(q)) + kScoreTolerance;
    skip[q] = node(from[q]);
  }
  std::vector<std::uint64_t> above = count_above(rows.vectors, node(rows.begin), queries, thresholds, skip);
  comm::all_reduce(std::span<std::uint64_t>(above), comm::ReduceOp::kSum, comm);
  for (const std::uint64_t count : above) sums.add_rank(count + 1);
  return sums;
}

std::vector<std::uint64_t> sample_rows(const EmbeddingRows& rows, std::uint64_t wanted, std::uint64_t seed,
                                       const comm::Communicator& comm) {
  const double share = static_cast<double>(wanted) / static_cast<double>(std::max<std::uint64_t>(rows.total, 1));
  std::vector<std::uint64_t> mine;
  for (std::size_t i = 0; i < rows.qids.size(); ++i) {
    const std::uint64_t hash = mix64(mix64(static_cast<std::uint64_t>(rows.qids[i])) ^ mix64(seed + 1));
    if (static_cast<double>(hash >> 11) * 0x1p-53 < share) mine.push_back(rows.begin + i);
  }
  return comm::all_gather(std::span<const std::uint64_t>(mine), comm);
}

ExactNeighbors exact_neighbors(const EmbeddingRows& rows, const std::vector<std::uint64_t>& queries, std::size_t k,
                               const comm::Communicator& comm) {
  k = std::min<std::size_t>(k, rows.total > 0 ? rows.total - 1 : 0);
  const Matrix vectors = fetch_rows(rows, queries, comm);
  // One more than asked for, since the query is its own nearest neighbour.
  const std::vector<Neighbor> mine = exact_top_k(rows.vectors, node(rows.begin), vectors, k + 1);
  const std::vector<Neighbor> parts = comm::all_gather(std::span<const Neighbor>(mine), comm);
  const std::vector<Neighbor> best = merge_top_k(parts, queries.size(), k + 1);

  ExactNeighbors exact{.k = k, .queries = queries, .neighbors = {}};
  exact.neighbors.reserve(queries.size() * k);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < k + 1 && kept < k; ++i) {
      const Neighbor& neighbor = best[q * (k + 1) + i];
      if (neighbor.id == queries[q]) continue;
      exact.neighbors.push_back(neighbor);
      ++kept;
    }
  }
  return exact;
}

}  // namespace linktrail::dist
