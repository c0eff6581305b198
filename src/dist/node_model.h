// A model that the ranks of a node hold together: its matrices lie in memory that all of them read and write.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "comm/node.h"
#include "core/ids.h"
#include "embedding/model.h"
#include "embedding/row_lengths.h"

namespace linktrail::dist {

struct ModelShape {
  std::size_t input_rows = 0;
  std::size_t output_rows = 0;
  std::uint32_t dim = 0;
};

// The rows of a matrix that a rank of the node fills, reads from a file or checks.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
RowRange share_of_rank(std::size_t rows, const comm::Node& node);

struct NodeModel {
  std::shared_ptr<const comm::Node> node;
  EmbeddingModel matrices;
};

ModelShape shape_of(const NodeModel& model);

// Collective. A matrix of zeros that all ranks of the node see.
Matrix shared_matrix(std::size_t rows, std::size_t dim, const comm::Node& node);

// Collective. All zeros.
NodeModel zero_model(const ModelShape& shape, std::shared_ptr<const comm::Node> node);

// Collective. The initial model of `qids` (see embedding/model.h), an input row for each and `output_rows` of zeros.
// Ends with a barrier: all rows are there.
NodeModel initial_node_model(std::span<const Qid> qids, std::size_t output_rows, std::uint32_t dim, std::uint64_t seed,
                             std::shared_ptr<const comm::Node> node);

// Collective. Rows of articles as initial_node_model() makes them, as if nothing had been trained. Between two
// barriers.
void make_rows_initial(std::span<const TokenId> rows, std::span<const Qid> qids, std::uint64_t seed, NodeModel& model);

// Collective. A copy of `model`, which is the same on all ranks of a node.
NodeModel share_model(const EmbeddingModel& model, std::shared_ptr<const comm::Node> node);

// Collective. Brings the rows that are longer to these lengths, each by one rank of the node. Between two barriers: no
// rank reads the model as it was any more, and all see it shortened.
void shorten_rows(const RowLengths& longest, NodeModel& model);

// Collective, in the same way: what an earlier model starts with. `counts` are those of the articles in the new
// sequences, in the order of their rows.
void shorten_rows(const WarmLengths& longest, std::span<const std::uint64_t> counts, NodeModel& model);

}  // namespace linktrail::dist
