// The part of evaluation.h that looks for hidden links.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "core/hash.h"
#include "corpus/vocabulary_index.h"
#include "dist/evaluation.h"
#include "embedding/document_vector.h"
#include "index/exact_search.h"

namespace linktrail::dist {

namespace {

// Scores of equal vectors may differ in the last bits between the blocked product and a plain one.
constexpr float kScoreTolerance = 1e-6F;
// Queries whose vectors are held at a time.
constexpr std::size_t kQueries = 1024;

// One row of a held-out article, cut in two.
struct HalvedRow {
  std::vector<TokenId> all{}, visible{}, hidden{};
};

HalvedRow halved(const LinkCorpus& corpus, std::size_t row) {
  const auto links = corpus.sequences[row];
  HalvedRow halves;
  halves.all.assign(links.begin(), links.end());
  make_bag(halves.all, LinkBag::kUnion);
  for (const TokenId link : halves.all) {
    const bool hidden = is_hidden_link(corpus.articles[row], corpus.vocabulary.qid(link));
    (hidden ? halves.hidden : halves.visible).push_back(link);
  }
  return halves;
}

bool can_be_asked(const HalvedRow& row) { return !row.visible.empty() && !row.hidden.empty(); }

float dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

// Ranks of hidden links, a batch of queries at a time.
class HiddenLinkRanks {
 public:
  explicit HiddenLinkRanks(MatrixView links) : links_(links), queries_(kQueries, links.dim) {}

  // `self`: the token of the article whose row it is, or kNoToken.
  void ask(std::span<const float> vector, TokenId hidden, const HalvedRow& row, TokenId self) {
    std::copy(vector.begin(), vector.end(), queries_.row(thresholds_.size()).begin());
    const float threshold = dot(vector, links_.row(hidden)) + kScoreTolerance;
    std::uint64_t own = 0;  // links of the row that score higher: they do not count
    for (const TokenId link : row.all)
      if (link != hidden && link != self && dot(vector, links_.row(link)) > threshold) ++own;
    thresholds_.push_back(threshold);
    skip_.push_back(self);
    own_.push_back(own);
    if (thresholds_.size() == kQueries) answer();
  }

  std::vector<std::uint64_t> ranks() {
    answer();
    return std::move(ranks_);
  }

 private:
  void answer() {
    MatrixView asked = queries_.view();
    asked.rows = thresholds_.size();
    const auto above = count_above(links_, 0, asked, thresholds_, skip_);
    for (std::size_t q = 0; q < above.size(); ++q) ranks_.push_back(above[q] - std::min(above[q], own_[q]) + 1);
    thresholds_.clear();
    skip_.clear();
    own_.clear();
  }

  MatrixView links_;
  Matrix queries_;
  std::vector<float> thresholds_;
  std::vector<NodeId> skip_;
  std::vector<std::uint64_t> own_, ranks_;
};

struct HiddenCounts {
  std::uint64_t rows = 0, links = 0;
};

HiddenCounts count_hidden(const LinkCorpus& held_out, const comm::Communicator& comm) {
  HiddenCounts counts;
  for (std::size_t row = 0; row < held_out.sequences.size(); ++row) {
    const HalvedRow halves = halved(held_out, row);
    if (!can_be_asked(halves)) continue;
    ++counts.rows;
    counts.links += halves.hidden.size();
  }
  counts.rows = comm::all_reduce(counts.rows, comm::ReduceOp::kSum, comm);
  counts.links = comm::all_reduce(counts.links, comm::ReduceOp::kSum, comm);
  return counts;
}

bool is_sampled(Qid article, Qid link, double share, std::uint64_t seed) {
  const std::uint64_t hash =
      mix64(mix64(static_cast<std::uint64_t>(article) + seed) ^ static_cast<std::uint64_t>(link));
  return static_cast<double>(hash >> 11) * 0x1p-53 < share;
}

std::vector<std::uint64_t> ranks_of_hidden(const HeldOutLinksQuery& query, const LinkCorpus& held_out, double share) {
  Matrix links(query.link_vectors.rows, query.link_vectors.dim);
  for (std::size_t t = 0; t < links.rows(); ++t) std::ranges::copy(query.link_vectors.row(t), links.row(t).begin());
  normalize_rows(links);
  HiddenLinkRanks ranks(links);
  const VocabularyIndex index(held_out.vocabulary);
  Matrix vector(1, links.dim());
  for (std::size_t row = 0; row < held_out.sequences.size(); ++row) {
    const HalvedRow halves = halved(held_out, row);
    if (!can_be_asked(halves)) continue;
    document_vector(halves.visible, query.link_vectors, query.weights, vector.row(0));
    normalize_rows(vector);
    const Qid article = held_out.articles[row];
    for (const TokenId link : halves.hidden)
      if (is_sampled(article, held_out.vocabulary.qid(link), share, query.seed))
        ranks.ask(vector.row(0), link, halves, index.find(article));
  }
  return ranks.ranks();
}

}  // namespace

HeldOutLinkSums held_out_links(const HeldOutLinksQuery& query, const LinkCorpus& held_out,
                               const comm::Communicator& comm) {
  const HiddenCounts counts = count_hidden(held_out, comm);
  const double share =
      static_cast<double>(query.max_links) / static_cast<double>(std::max<std::uint64_t>(counts.links, 1));
  const auto mine = comm::agreed(comm, [&] { return ranks_of_hidden(query, held_out, share); });
  HeldOutLinkSums sums;
  sums.rows = counts.rows;
  for (const std::uint64_t rank : comm::all_gather(std::span<const std::uint64_t>(mine), comm)) sums.add_rank(rank);
  return sums;
}

}  // namespace linktrail::dist
