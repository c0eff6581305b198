#include "embedding/quality.h"

#include "core/hash.h"

namespace linktrail {
namespace {

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

bool share_a_label(std::span<const LabelId> a, std::span<const LabelId> b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j]) return true;
    a[i] < b[j] ? ++i : ++j;
  }
  return false;
}

}  // namespace

void NextArticleSums::add_rank(std::uint64_t rank) {
  ++pairs;
  if (rank <= 10) ++hits_at_10;
  reciprocal_rank += 1.0 / static_cast<double>(rank);
}

void NextArticleSums::add_unknown() {
  ++pairs;
  ++unknown;
}

double NextArticleSums::recall_at_10() const {
  return ratio(static_cast<double>(hits_at_10), static_cast<double>(pairs));
}
double NextArticleSums::mrr() const { return ratio(reciprocal_rank, static_cast<double>(pairs)); }

void HeldOutLinkSums::add_rank(std::uint64_t rank) {
  ++links;
  if (rank <= 10) ++hits_at_10;
  if (rank <= 100) ++hits_at_100;
  reciprocal_rank += 1.0 / static_cast<double>(rank);
}

double HeldOutLinkSums::recall_at_10() const {
  return ratio(static_cast<double>(hits_at_10), static_cast<double>(links));
}
double HeldOutLinkSums::recall_at_100() const {
  return ratio(static_cast<double>(hits_at_100), static_cast<double>(links));
}
double HeldOutLinkSums::mrr() const { return ratio(reciprocal_rank, static_cast<double>(links)); }

bool is_hidden_link(Qid article, Qid link) {
  return (mix64(mix64(static_cast<std::uint64_t>(article)) + static_cast<std::uint64_t>(link)) & 1) != 0;
}

// An article with no label, or none among its neighbours, says nothing about agreement and is not counted.
void LabelAgreementSums::add(std::span<const LabelId> own, std::span<const std::span<const LabelId>> neighbors) {
  std::uint64_t labelled = 0, sharing = 0;
  for (const auto& labels : neighbors) {
    if (labels.empty()) continue;
    ++labelled;
    if (share_a_label(own, labels)) ++sharing;
  }
  if (own.empty() || labelled == 0) return;
  ++articles;
  agreement += static_cast<double>(sharing) / static_cast<double>(labelled);
}

double LabelAgreementSums::mean() const { return ratio(agreement, static_cast<double>(articles)); }

double LabelCounts::f1() const {
  const auto errors = static_cast<double>(false_positive + false_negative);
  const auto twice = 2 * static_cast<double>(true_positive);
  return ratio(twice, twice + errors);
}

double micro_f1(std::span<const LabelCounts> per_label) {
  LabelCounts all;
  for (const LabelCounts& counts : per_label) {
    all.true_positive += counts.true_positive;
    all.false_positive += counts.false_positive;
    all.false_negative += counts.false_negative;
  }
  return all.f1();
}

double macro_f1(std::span<const LabelCounts> per_label) {
  double sum = 0, labels = 0;
  for (const LabelCounts& counts : per_label) {
    if (counts.true_positive + counts.false_negative == 0) continue;
    sum += counts.f1();
    ++labels;
  }
  return ratio(sum, labels);
}

}  // namespace linktrail
