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

// Held-out links: an article that training did not see gets its vector from half of its links; each link of the other
// half is then looked for among all links by cosine to that vector. The rank of a hidden link counts only links that
// the article does not have, so that its other links do not stand in each other's way, and not the article itself.
struct HeldOutLinkSums {
  std::uint64_t rows = 0;   // with a link in either half
  std::uint64_t links = 0;  // hidden ones that were looked for
  std::uint64_t hits_at_10 = 0;
  std::uint64_t hits_at_100 = 0;
  double reciprocal_rank = 0;

  void add_rank(std::uint64_t rank);  // from 1
  double recall_at_10() const;
  double recall_at_100() const;
  double mrr() const;
};

// Which half of its article's links a link belongs to: by a hash of both, the same in every run and wiki.
bool is_hidden_link(Qid article, Qid link);

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
