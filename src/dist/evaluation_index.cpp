// The part of evaluation.h that searches an index.
#include <algorithm>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/evaluation.h"
#include "index/hnswlib_adapter.h"
#include "index/recall.h"

namespace linktrail::dist {

namespace {

// Searches for one query; the article itself is left out, as in the exact neighbours.
std::vector<Neighbor> search(HnswlibIndex& index, std::span<const float> vector, Qid self, std::size_t k,
                             std::size_t ef) {
  std::vector<Neighbor> found;
  for (const LabeledNeighbor& neighbor : index.search(vector, k + 1, std::max(ef, k + 1)))
    if (neighbor.label != self && found.size() < k) found.push_back({neighbor.distance, 0});
  return found;
}

double mean(std::span<const double> values) {
  return values.empty() ? 0.0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

IndexRecall summarize(std::vector<double> at_10, const std::vector<double>& at_100) {
  std::sort(at_10.begin(), at_10.end());
  const std::size_t decile = std::max<std::size_t>(at_10.size() / 10, std::min<std::size_t>(at_10.size(), 1));
  return {.at_10 = mean(at_10),
          .at_100 = mean(at_100),
          .worst_decile_at_10 = mean(std::span(at_10).first(decile)),
          .queries = at_10.size()};
}

void expect_same_articles(const HnswlibIndex& index, const std::string& path, std::vector<Qid> qids) {
  std::vector<Qid> labels = index.labels();
  std::sort(labels.begin(), labels.end());
  std::sort(qids.begin(), qids.end());
  if (labels != qids)
    throw input_error({.what = "the index holds other articles than the embeddings",
                       .file = path,
                       .expected = fmt::format("the {} articles of the embeddings", qids.size()),
                       .found = fmt::format("{} articles", labels.size()),
                       .advice = "build the index again"});
}

}  // namespace

IndexRecall index_recall(const std::string& index_path, const EmbeddingRows& rows, const ExactNeighbors& exact,
                         std::uint32_t ef, const comm::Communicator& comm) {
  const std::vector<Qid> qids = comm::all_gather(std::span<const Qid>(rows.qids), comm);
  const Matrix queries = fetch_rows(rows, exact.queries, comm);
  const std::size_t k10 = std::min<std::size_t>(10, exact.k);
  IndexRecall result;
  comm::agreed_on_root(comm, [&] {
    HnswlibIndex index(index_path, rows.dim());
    expect_same_articles(index, index_path, qids);
    std::vector<double> at_10, at_100;
    for (std::size_t q = 0; q < exact.queries.size() && exact.k > 0; ++q) {
      const Qid self = qids[exact.queries[q]];
      at_10.push_back(recall_at(search(index, queries.row(q), self, k10, ef), exact.of(q), k10));
      at_100.push_back(recall_at(search(index, queries.row(q), self, exact.k, ef), exact.of(q), exact.k));
    }
    result = summarize(std::move(at_10), at_100);
  });
  comm::broadcast(std::span<IndexRecall>(&result, 1), 0, comm);
  return result;
}

}  // namespace linktrail::dist
