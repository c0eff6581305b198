// The part of evaluation.h that looks at labels.
#include <tsl/robin_map.h>
#include <algorithm>

#include "comm/collectives.h"
#include "dist/evaluation.h"
#include "embedding/trainer.h"

namespace linktrail::dist {

namespace {

constexpr std::size_t kAgreementNeighbors = 10;
constexpr float kLabelThreshold = 0.5F;  // fastText's predict at its default for one-vs-all evaluation

// Ascending label ids of the model for each label id of the table; labels the model never saw are left out.
std::vector<LabelId> model_label_of(const std::vector<std::string>& model_labels, const LabelTable& table) {
  constexpr auto kUnseen = static_cast<LabelId>(-1);
  std::vector<LabelId> ids;
  for (const std::string& name : table.names()) {
    const auto found = std::find(model_labels.begin(), model_labels.end(), name);
    ids.push_back(found == model_labels.end() ? kUnseen : static_cast<LabelId>(found - model_labels.begin()));
  }
  return ids;
}

void count_decisions(std::span<const float> scores, const std::vector<char>& truth, std::span<LabelCounts> counts) {
  for (std::size_t label = 0; label < scores.size(); ++label) {
    const bool predicted = scores[label] >= kLabelThreshold;
    if (predicted && truth[label] != 0) ++counts[label].true_positive;
    if (predicted && truth[label] == 0) ++counts[label].false_positive;
    if (!predicted && truth[label] != 0) ++counts[label].false_negative;
  }
}

void sum_over_ranks(std::vector<LabelCounts>& counts, const comm::Communicator& comm) {
  std::vector<std::uint64_t> flat;
  for (const LabelCounts& c : counts) flat.insert(flat.end(), {c.true_positive, c.false_positive, c.false_negative});
  comm::all_reduce(std::span<std::uint64_t>(flat), comm::ReduceOp::kSum, comm);
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = {.true_positive = flat[3 * i], .false_positive = flat[3 * i + 1], .false_negative = flat[3 * i + 2]};
}

double share(std::uint64_t part, std::uint64_t rest) {
  return part + rest == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

LabelAgreementSums label_agreement(const EmbeddingRows& rows, const ExactNeighbors& exact, const LabelTable& labels,
                                   const comm::Communicator& comm) {
  const std::vector<Qid> qids = comm::all_gather(std::span<const Qid>(rows.qids), comm);
  const std::size_t k = std::min(kAgreementNeighbors, exact.k);
  LabelAgreementSums sums;
  for (std::size_t q = 0; q < exact.queries.size(); ++q) {
    const auto own = labels.labels_of(qids[exact.queries[q]]);
    if (own.empty()) continue;
    std::vector<std::span<const LabelId>> neighbors;
    for (const Neighbor& neighbor : exact.of(q).first(k)) neighbors.push_back(labels.labels_of(qids[neighbor.id]));
    sums.add(own, neighbors);
  }
  return sums;
}

LinkModelQuality link_model_quality(const EmbeddingModel& model, const std::vector<std::string>& model_labels,
                                    const LinkCorpus& held_out, const LabelTable& labels,
                                    const comm::Communicator& comm) {
  const std::vector<LabelId> label_of = model_label_of(model_labels, labels);
  std::vector<LabelCounts> counts(model_labels.size());
  std::vector<float> scores(model_labels.size());
  std::uint64_t rows = 0;
  const TokenId end = end_row(model, held_out.vocabulary.size());
  for (std::size_t i = 0; i < held_out.sequences.size(); ++i) {
    const auto own = labels.labels_of(held_out.articles[i]);
    if (own.empty() || !predict_labels(held_out.sequences[i], model, scores, end)) continue;
    std::vector<char> truth(model_labels.size(), 0);
    for (const LabelId label : own)
      if (label_of[label] < truth.size()) truth[label_of[label]] = 1;
    count_decisions(scores, truth, counts);
    ++rows;
  }
  sum_over_ranks(counts, comm);

  LabelCounts all;
  for (const LabelCounts& c : counts) {
    all.true_positive += c.true_positive;
    all.false_positive += c.false_positive;
    all.false_negative += c.false_negative;
  }
  return {.micro_f1 = micro_f1(counts),
          .macro_f1 = macro_f1(counts),
          .micro_precision = share(all.true_positive, all.false_positive),
          .micro_recall = share(all.true_positive, all.false_negative),
          .rows = comm::all_reduce(rows, comm::ReduceOp::kSum, comm)};
}

}  // namespace linktrail::dist
