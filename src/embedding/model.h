// The two matrices of an embedding model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"

namespace linktrail {

struct EmbeddingModel {
  Matrix input;   // [V, dim]: the embeddings; [V + 1, dim] with the end of a sequence as last row
  Matrix output;  // as input for negative sampling, [labels, dim] for the supervised model
};

// Sets rows [begin, end) of `input` to uniform numbers in +-1/dim (as fastText), keyed by (seed, QID): the same on
// every rank and for any vocabulary. qids[i] is the article of row i.
void fill_initial_rows(Matrix& input, std::span<const Qid> qids, std::size_t begin, std::size_t end,
                       std::uint64_t seed);

// Input rows of fill_initial_rows(), output rows zero. `output_rows` is V or the number of labels.
EmbeddingModel initial_model(std::span<const Qid> qids, std::size_t output_rows, std::uint32_t dim, std::uint64_t seed);

// As above for sequences in written order, with one row more than articles in both matrices: the end of a sequence.
// fastText has it as the word "</s>", and next-article recall on sessions falls by 3 % without it (docs/adr/0002).
// Here it is no article: it stays out of the vocabulary, and embeddings() leaves it out of all that is published.
EmbeddingModel initial_sequence_model(std::span<const Qid> qids, std::uint32_t dim, std::uint64_t seed);

// As initial_model, with one input row more than articles: the end of a bag, for the supervised model.
EmbeddingModel initial_labelled_model(std::span<const Qid> qids, std::size_t labels, std::uint32_t dim,
                                      std::uint64_t seed);

// The input row that stands for the end of a sequence or bag; kNoToken if the model has no row beyond `articles`.
TokenId end_row(const EmbeddingModel& model, std::size_t articles);

// The input rows of the first `articles` tokens: what is written, searched and evaluated.
MatrixView embeddings(const EmbeddingModel& model, std::size_t articles);

}  // namespace linktrail
