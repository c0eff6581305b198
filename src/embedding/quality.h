// Quality of embeddings, as numbers: sums that ranks can add, so that the answer does not depend on their number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/ids.h"

namespace linktrail {

// Next-article prediction: for a pair (a, b) of consecutive articles of a held-out session, the rank of b among all
// articles but a, by cosine to a. Unknown articles are misses.
struct NextArticleSums {
  std::uint64_t pairs = 0;
  std::uint64_t unknown = 0;  // pairs with an article that has no vector
  std::uint64_t hits_at_10 = 0;
  double reciprocal_rank = 0;

  void add_rank(std::uint64_t rank);  // from 1
  void add_unknown();
  double recall_at_10() const;
  double mrr() const;
};

// Agreement of labels: the share of an article's labelled neighbours that share a label with it, averaged over
// articles.
struct LabelAgreementSums {
  std::uint64_t articles = 0;
  double agreement = 0;

  // `own` and each of `neighbors` are ascending label ids; unlabelled neighbours are left out.
  void add(std::span<const LabelId> own, std::span<const std::span<const LabelId>> neighbors);
  double mean() const;
};

// Counts for F1 over labels, at threshold 0.5 (micro: over all decisions; macro: mean over labels).
struct LabelCounts {
  std::uint64_t true_positive = 0;
  std::uint64_t false_positive = 0;
  std::uint64_t false_negative = 0;

  double f1() const;  // 0 if nothing was predicted or true
};

double micro_f1(std::span<const LabelCounts> per_label);
double macro_f1(std::span<const LabelCounts> per_label);  // over labels that occur

}  // namespace linktrail
