#include "embedding/model.h"

#include <algorithm>
#include <bit>

#include "core/checked_cast.h"
#include "core/random.h"

namespace linktrail {

EmbeddingModel initial_model(std::span<const Qid> qids, std::size_t output_rows, std::uint32_t dim,
                             std::uint64_t seed) {
  EmbeddingModel model{Matrix(qids.size(), dim), Matrix(output_rows, dim)};
  const float bound = 1.0F / static_cast<float>(dim);
  for (std::size_t i = 0; i < qids.size(); ++i) {
    RandomStream random(
        {.seed = seed, .stage = RandomStage::kInitialRows, .record = static_cast<std::uint64_t>(qids[i])});
    for (float& x : model.input.row(i)) x = (2 * random.uniform() - 1) * bound;
  }
  return model;
}

EmbeddingModel initial_sequence_model(std::span<const Qid> qids, std::uint32_t dim, std::uint64_t seed) {
  std::vector<Qid> rows(qids.begin(), qids.end());
  rows.push_back(kNoQid);
  return initial_model(rows, rows.size(), dim, seed);
}

EmbeddingModel initial_labelled_model(std::span<const Qid> qids, std::size_t labels, std::uint32_t dim,
                                      std::uint64_t seed) {
  std::vector<Qid> rows(qids.begin(), qids.end());
  rows.push_back(kNoQid);
  return initial_model(rows, labels, dim, seed);
}

TokenId end_row(const EmbeddingModel& model, std::size_t articles) {
  return model.input.rows() > articles ? static_cast<TokenId>(articles) : kNoToken;
}

MatrixView embeddings(const EmbeddingModel& model, std::size_t articles) {
  MatrixView view = model.input.view();
  view.rows = std::min(view.rows, articles);
  return view;
}

void TouchedRows::clear() { std::fill(bits_.begin(), bits_.end(), std::uint64_t{0}); }

std::vector<std::uint32_t> TouchedRows::list() const {
  std::vector<std::uint32_t> rows;
  for (std::size_t word = 0; word < bits_.size(); ++word)
    for (std::uint64_t bits = bits_[word]; bits != 0; bits &= bits - 1)
      rows.push_back(checked_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits))));
  return rows;
}

}  // namespace linktrail
