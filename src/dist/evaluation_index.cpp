// The part of evaluation.h that searches an index.
#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/evaluation.h"
#include "index/hnswlib_view.h"
#include "index/recall.h"
#include "index/search_effort.h"
#include "index/search_routine.h"

namespace linktrail::dist {

namespace {

// What a query was answered; a row of numbers, so that ranks can add up their tables.
struct Answer {
  double at_1 = 0, at_10 = 0, at_100 = 0;
  double distances = 0;  // of the search for 10
};
constexpr std::size_t kAnswerNumbers = sizeof(Answer) / sizeof(double);

// Searches one index; the article itself is left out, as in the exact neighbours.
class Prober {
 public:
  explicit Prober(const HnswlibView& view) : view_(view), search_(view) {}

  Answer ask(std::span<const float> query, Qid self, std::span<const Neighbor> truth, std::size_t ef) {
    const std::size_t ten = std::min<std::size_t>(10, truth.size());
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t before = search_.distances();
    const std::vector<Neighbor> found = nearest(query, self, ten, ef);
    const auto distances = static_cast<double>(search_.distances() - before);
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {.at_1 = recall_at(found, truth, 1),
            .at_10 = recall_at(found, truth, ten),
            .at_100 = recall_at(nearest(query, self, truth.size(), ef), truth, truth.size()),
            .distances = distances};
  }

  double seconds() const { return seconds_; }  // spent in searches for 10

 private:
  std::vector<Neighbor> nearest(std::span<const float> query, Qid self, std::size_t k, std::size_t ef) {
    const NodeId entry = search_.descend(query.data());
    const Beam& beam = search_.search_from({&entry, 1}, query.data(), beam_for(k + 1, view_.size(), ef));
    std::vector<Neighbor> found;
    for (std::size_t i = 0; i < beam.size() && found.size() < k; ++i)
      if (view_.label(beam[i].id) != self) found.push_back(beam[i]);
    return found;
  }

  const HnswlibView& view_;
  BeamSearch<HnswlibView> search_;
  double seconds_ = 0;
};

double mean(std::span<const double> values) {
  return values.empty() ? 0.0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

IndexRecall summarize(const std::vector<Answer>& answers) {
  const auto column = [&](double Answer::*number) {
    std::vector<double> values;
    for (const Answer& answer : answers) values.push_back(answer.*number);
    return values;
  };
  std::vector<double> at_10 = column(&Answer::at_10);
  std::sort(at_10.begin(), at_10.end());
  const std::size_t decile = std::max<std::size_t>(at_10.size() / 10, std::min<std::size_t>(at_10.size(), 1));
  return {.at_1 = mean(column(&Answer::at_1)),
          .at_10 = mean(at_10),
          .at_100 = mean(column(&Answer::at_100)),
          .worst_decile_at_10 = mean(std::span(at_10).first(decile)),
          .distances = mean(column(&Answer::distances)),
          .queries = answers.size()};
}

void expect_same_articles(const HnswlibView& view, const std::string& path, std::vector<Qid> qids) {
  std::vector<Qid> labels;
  for (std::size_t node = 0; node < view.size(); ++node) labels.push_back(view.label(static_cast<NodeId>(node)));
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
  std::vector<Answer> answers(exact.k > 0 ? exact.queries.size() : 0);
  const double seconds = comm::agreed(comm, [&] {
    const HnswlibView view(index_path, rows.dim());
    if (comm.is_root()) expect_same_articles(view, index_path, qids);
    Prober prober(view);
    const auto ranks = static_cast<std::size_t>(comm.size());
    for (auto q = static_cast<std::size_t>(comm.rank()); q < answers.size(); q += ranks)
      answers[q] = prober.ask(queries.row(q), qids[exact.queries[q]], exact.of(q), ef);
    return prober.seconds();
  });
  // Each query has one rank and is zero elsewhere, so the sum is exact.
  comm::all_reduce(std::span(reinterpret_cast<double*>(answers.data()), answers.size() * kAnswerNumbers),
                   comm::ReduceOp::kSum, comm);
  IndexRecall recall = summarize(answers);
  const double of_all = comm::all_reduce(seconds, comm::ReduceOp::kSum, comm);
  recall.queries_per_second = of_all > 0 ? static_cast<double>(recall.queries) / of_all : 0.0;
  return recall;
}

}  // namespace linktrail::dist
