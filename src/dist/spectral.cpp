#include "dist/spectral.h"

#include <algorithm>

#include "comm/collectives.h"
#include "embedding/document_vector.h"

namespace linktrail::dist {

namespace {

class RankExchange : public SpectralExchange {
 public:
  explicit RankExchange(const comm::Communicator& comm) : comm_(comm) {}

  std::size_t part() const override { return static_cast<std::size_t>(comm_.rank()); }
  std::size_t parts() const override { return static_cast<std::size_t>(comm_.size()); }

  std::vector<float> gather(std::span<const float> mine) override { return comm::all_gather(mine, comm_); }

  // Each owner gets its items from one rank after the other, so that no rank holds more than one of them.
  std::vector<std::uint64_t> sum_to_owners(std::span<const std::uint64_t> whole,
                                           std::span<const std::uint64_t> bounds) override {
    const auto items_of = [&](std::size_t owner) {
      return whole.subspan(bounds[owner], bounds[owner + 1] - bounds[owner]);
    };
    const auto own = items_of(part());
    std::vector<std::uint64_t> sums(own.begin(), own.end());
    for (std::size_t step = 1; step < parts(); ++step) {
      const std::size_t to = (part() + step) % parts(), from = (part() + parts() - step) % parts();
      const auto received = comm::shift(items_of(to), static_cast<int>(to), static_cast<int>(from), comm_);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += received[i];
    }
    return sums;
  }

  void sum(std::span<std::uint64_t> values) override { comm::all_reduce(values, comm::ReduceOp::kSum, comm_); }
  void maximum(std::span<std::uint64_t> values) override { comm::all_reduce(values, comm::ReduceOp::kMax, comm_); }

 private:
  const comm::Communicator& comm_;
};

// Sorts each row and drops what it repeats.
void make_sets(TokenSequences& rows) {
  std::vector<TokenId> bag;
  std::uint64_t begin = 0, kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t end = rows.offsets[i + 1];
    bag.assign(rows.tokens.begin() + static_cast<std::ptrdiff_t>(begin),
               rows.tokens.begin() + static_cast<std::ptrdiff_t>(end));
    make_bag(bag, LinkBag::kUnion);
    std::copy(bag.begin(), bag.end(), rows.tokens.begin() + static_cast<std::ptrdiff_t>(kept));
    kept += bag.size();
    rows.offsets[i + 1] = kept;
    begin = end;
  }
  rows.tokens.resize(kept);
}

// Slices of columns at a time: the vectors of all ranks are never there twice.
Matrix whole_matrix(const TallBlock& mine, std::size_t tokens, const comm::Communicator& comm) {
  Matrix whole(tokens, mine.columns);
  for (std::size_t column = 0; column < mine.columns; column += kRowAlignFloats) {
    const std::size_t width = std::min(kRowAlignFloats, mine.columns - column);
    std::vector<float> slice(mine.rows * width);
    for (std::size_t i = 0; i < mine.rows; ++i) std::copy_n(mine.row(i) + column, width, slice.data() + i * width);
    const std::vector<float> all = comm::all_gather(std::span<const float>(slice), comm);
    for (std::size_t t = 0; t < tokens; ++t) std::copy_n(all.data() + t * width, width, whole.row_data(t) + column);
  }
  return whole;
}

}  // namespace

SpectralModel train_spectral(const SpectralParams& params, std::span<const float> weights, LinkCorpus& corpus,
                             const std::function<void(const SpectralProgress&)>& on_slice,
                             const comm::Communicator& comm) {
  make_sets(corpus.sequences);
  const std::vector<Qid> qids = corpus.vocabulary.qids();
  RankExchange exchange(comm);
  SpectralVectors found =
      spectral_vectors(params, {.bags = corpus.sequences, .weights = weights, .qids = qids}, exchange, on_slice);
  return {.vectors = whole_matrix(found.rows, qids.size(), comm),
          .singular_values = std::move(found.singular_values),
          .unexplained = found.unexplained};
}

}  // namespace linktrail::dist
