// How good embeddings and indexes are, measured over all ranks. The answers do not depend on the number of ranks.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "corpus/label_table.h"
#include "dist/corpus.h"
#include "dist/embedding_rows.h"
#include "embedding/model.h"
#include "embedding/quality.h"
#include "index/hnsw_graph.h"

namespace linktrail::dist {

// Collective. Next-article prediction over consecutive pairs of held-out sessions, at most `max_pairs` of them (sampled
// by a hash of their global number). `rows` must have length 1 or 0. Cost: pairs * rows * dim.
NextArticleSums next_article(const EmbeddingRows& rows, const SessionCorpus& held_out, std::uint64_t max_pairs,
                             std::uint64_t seed, const comm::Communicator& comm);

// Collective. Global rows sampled by a hash of their QID: about `wanted` of them, ascending, the same on every rank.
std::vector<std::uint64_t> sample_rows(const EmbeddingRows& rows, std::uint64_t wanted, std::uint64_t seed,
                                       const comm::Communicator& comm);

struct ExactNeighbors {
  std::size_t k = 0;
  std::vector<std::uint64_t> queries;  // global rows
  std::vector<Neighbor> neighbors;     // [queries, k], flat, nearest first, the query itself left out

  std::span<const Neighbor> of(std::size_t query) const { return std::span(neighbors).subspan(query * k, k); }
};

// Collective. The k exact nearest rows of each query by cosine; the same on every rank. k is cut to total - 1.
ExactNeighbors exact_neighbors(const EmbeddingRows& rows, const std::vector<std::uint64_t>& queries, std::size_t k,
                               const comm::Communicator& comm);

// Collective. Agreement of labels among the first 10 exact neighbours of the queries that have labels.
LabelAgreementSums label_agreement(const EmbeddingRows& rows, const ExactNeighbors& exact, const LabelTable& labels,
                                   const comm::Communicator& comm);

struct IndexRecall {
  double at_1 = 0;
  double at_10 = 0;
  double at_100 = 0;
  double worst_decile_at_10 = 0;  // mean recall@10 of the worst tenth of the queries
  double distances = 0;           // evaluated for a query of the 10 nearest, mean
  double queries_per_second = 0;  // of one core searching for the 10 nearest: of this run, not of the index
  std::uint64_t queries = 0;
};

// Collective; every rank maps the index and searches for its share of the queries. Recall of `index_path` against the
// exact neighbours, with ef as in beam_for(): 0 for the default. Throws InputError if the index does not hold the same
// articles.
IndexRecall index_recall(const std::string& index_path, const EmbeddingRows& rows, const ExactNeighbors& exact,
                         std::uint32_t ef, const comm::Communicator& comm);

// What a model of links learnt without labels is asked.
struct HeldOutLinksQuery {
  MatrixView link_vectors;         // of the vocabulary's tokens, in its order
  std::span<const float> weights;  // of each token in the mean
  std::uint64_t max_links = 0;     // hidden links looked for at most, about: sampled by a hash
  std::uint64_t seed = 1;
};

// Collective. Rows of `held_out` (an article in one wiki each, with tokens of the vocabulary of the vectors) that have
// a known link in both halves. Links that the vocabulary lacks are not looked for. Cost: links * vocabulary * dim,
// shared by the ranks; memory of a rank: a copy of the vectors.
HeldOutLinkSums held_out_links(const HeldOutLinksQuery& query, const LinkCorpus& held_out,
                               const comm::Communicator& comm);

struct Coverage {
  std::uint64_t articles = 0;  // distinct
  std::uint64_t embedded = 0;  // of them
  double share() const { return articles == 0 ? 0.0 : static_cast<double>(embedded) / static_cast<double>(articles); }
};

// Collective. How many of the `articles` of all ranks, which may repeat, have one of the `rows`.
Coverage coverage(const EmbeddingRows& rows, std::span<const Qid> articles, const comm::Communicator& comm);

struct LinkModelQuality {
  double micro_f1 = 0;
  double macro_f1 = 0;
  double micro_precision = 0;
  double micro_recall = 0;
  std::uint64_t rows = 0;  // held-out labelled rows with a known link
};

// Collective. F1 at threshold 0.5 of the supervised model on the labelled rows of `held_out`. Label names of the model
// and the table are matched by name.
LinkModelQuality link_model_quality(const EmbeddingModel& model, const std::vector<std::string>& model_labels,
                                    const LinkCorpus& held_out, const LabelTable& labels,
                                    const comm::Communicator& comm);

}  // namespace linktrail::dist
