#include "embedding/model.h"

#include <algorithm>

#include "core/random.h"

namespace linktrail {

void fill_initial_rows(Matrix& input, std::span<const Qid> qids, std::size_t begin, std::size_t end,
                       std::uint64_t seed) {
  const float bound = 1.0F / static_cast<float>(input.dim());
  for (std::size_t i = begin; i < end; ++i) {
    RandomStream random(
        {.seed = seed, .stage = RandomStage::kInitialRows, .record = static_cast<std::uint64_t>(qids[i])});
    for (float& x : input.row(i)) x = (2 * random.uniform() - 1) * bound;
  }
}

EmbeddingModel initial_model(std::span<const Qid> qids, std::size_t output_rows, std::uint32_t dim,
                             std::uint64_t seed) {
  EmbeddingModel model{Matrix(qids.size(), dim), Matrix(output_rows, dim)};
  fill_initial_rows(model.input, qids, 0, qids.size(), seed);
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

}  // namespace linktrail
