#include "dist/node_model.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "comm/collectives.h"
#include "comm/shared_window.h"
#include "core/lazy_memory.h"
#include "dist/embedding_rows.h"

namespace linktrail::dist {

namespace {

void copy_share(const Matrix& from, Matrix& to, const comm::Node& node) {
  const RowRange share = share_of_rank(from.rows(), node);
  if (share.begin == share.end) return;
  std::memcpy(to.row_data(share.begin), from.row_data(share.begin),
              (share.end - share.begin) * from.stride() * sizeof(float));
}

}  // namespace

RowRange share_of_rank(std::size_t rows, const comm::Node& node) {
  const auto [begin, end] = row_block(rows, node.ranks().rank(), node.ranks().size());
  return {.begin = begin, .end = end};
}

ModelShape shape_of(const NodeModel& model) {
  return {.input_rows = model.matrices.input.rows(),
          .output_rows = model.matrices.output.rows(),
          .dim = static_cast<std::uint32_t>(model.matrices.input.dim())};
}

Matrix shared_matrix(std::size_t rows, std::size_t dim, const comm::Node& node) {
  const std::size_t bytes = in_huge_pages(rows * padded_dim(dim) * sizeof(float));
  const comm::SharedWindow window(node.ranks().is_root() ? bytes : 0, node.ranks(), node.all());
  Matrix matrix(rows, dim, window.share(0));
  const auto [begin, end] = row_block(bytes / kHugePageBytes, node.ranks().rank(), node.ranks().size());
  if (begin < end)
    make_huge(reinterpret_cast<std::byte*>(matrix.data()) + begin * kHugePageBytes, (end - begin) * kHugePageBytes);
  return matrix;
}

NodeModel zero_model(const ModelShape& shape, std::shared_ptr<const comm::Node> node) {
  EmbeddingModel matrices{.input = shared_matrix(shape.input_rows, shape.dim, *node),
                          .output = shared_matrix(shape.output_rows, shape.dim, *node)};
  comm::barrier(node->ranks());  // making a page huge writes to it
  return {.node = std::move(node), .matrices = std::move(matrices)};
}

NodeModel initial_node_model(std::span<const Qid> qids, std::size_t output_rows, std::uint32_t dim, std::uint64_t seed,
                             std::shared_ptr<const comm::Node> node) {
  NodeModel model = zero_model({.input_rows = qids.size(), .output_rows = output_rows, .dim = dim}, std::move(node));
  const RowRange share = share_of_rank(qids.size(), *model.node);
  fill_initial_rows(model.matrices.input, qids, share.begin, share.end, seed);
  comm::barrier(model.node->ranks());
  return model;
}

void make_rows_initial(std::span<const TokenId> rows, std::span<const Qid> qids, std::uint64_t seed, NodeModel& model) {
  comm::barrier(model.node->ranks());
  const RowRange share = share_of_rank(rows.size(), *model.node);
  for (const TokenId row : rows.subspan(share.begin, share.end - share.begin)) {
    fill_initial_rows(model.matrices.input, qids, row, row + 1, seed);
    std::ranges::fill(model.matrices.output.row(row), 0.0F);
  }
  comm::barrier(model.node->ranks());
}

NodeModel share_model(const EmbeddingModel& model, std::shared_ptr<const comm::Node> node) {
  const ModelShape shape{.input_rows = model.input.rows(),
                         .output_rows = model.output.rows(),
                         .dim = static_cast<std::uint32_t>(model.input.dim())};
  NodeModel shared = zero_model(shape, std::move(node));
  copy_share(model.input, shared.matrices.input, *shared.node);
  copy_share(model.output, shared.matrices.output, *shared.node);
  comm::barrier(shared.node->ranks());
  return shared;
}

void shorten_rows(const RowLengths& longest, NodeModel& model) { shorten_rows({.any = longest}, {}, model); }

void shorten_rows(const WarmLengths& longest, std::span<const std::uint64_t> counts, NodeModel& model) {
  comm::barrier(model.node->ranks());
  const auto shorten = [&](Matrix& matrix, float any, float once) {
    const RowRange share = share_of_rank(matrix.rows(), *model.node);
    linktrail::shorten_rows(matrix, share.begin, share.end, any);
    shorten_rows_by_count(matrix, share.begin, share.end, once, counts);
  };
  shorten(model.matrices.input, longest.any.input, longest.once.input);
  shorten(model.matrices.output, longest.any.output, longest.once.output);
  comm::barrier(model.node->ranks());
}

}  // namespace linktrail::dist
