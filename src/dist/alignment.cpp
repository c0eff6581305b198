#include "dist/alignment.h"

#include <fmt/format.h>

#include <algorithm>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "embedding/row_match.h"

namespace linktrail::dist {

namespace {

// Rows read at a time: at dim 128 half a megabyte of each model.
constexpr std::uint64_t kStep = 1024;

Procrustes collect_pairs(const EarlierModel& earlier, std::span<const Qid> qids, MatrixView trained) {
  const RowMatch match = match_rows(std::span<const Qid>(earlier.qids), qids);
  Procrustes procrustes(trained.dim);
  for (std::uint64_t begin = 0; begin < match.target.size(); begin += kStep) {
    const std::uint64_t count = std::min<std::uint64_t>(kStep, match.target.size() - begin);
    const Matrix to = earlier.rows(ModelMatrix::kInput, begin, count);
    Matrix from(count, trained.dim);  // a vanished article keeps zeros, which count for nothing
    for (std::uint64_t i = 0; i < count; ++i)
      if (const TokenId target = match.target[begin + i]; target != kNoToken)
        std::ranges::copy(trained.row(target), from.row(i).begin());
    procrustes.add(from, to);
  }
  return procrustes;
}

Alignment solve(const EarlierModel& earlier, std::span<const Qid> qids, MatrixView trained, AlignmentReport& report) {
  const Procrustes procrustes = collect_pairs(earlier, qids, trained);
  if (procrustes.pairs() == 0)
    throw input_error({.what = "no article in common to align by",
                       .file = earlier.path,
                       .expected = fmt::format("some of the {} articles of this model", qids.size()),
                       .found = "none that has a vector in both",
                       .advice = "align to a model of the same articles, or leave --align-to out"});
  Alignment alignment = procrustes.solve();
  report = {
      .articles = procrustes.pairs(), .cosine_before = alignment.cosine_before, .cosine_after = alignment.cosine_after};
  return alignment;
}

}  // namespace

AlignmentReport align(const EarlierModel* earlier, std::span<const Qid> qids, NodeModel& model) {
  const comm::Node& node = *model.node;
  const comm::Communicator& comm = node.all();
  EmbeddingModel& matrices = model.matrices;
  AlignmentReport report;
  Rotation rotation{.dim = matrices.input.dim(), .values = {}};
  comm::agreed_on_root(comm, [&] { rotation = solve(*earlier, qids, matrices.input, report).rotation; });
  rotation.values = comm::broadcast(std::move(rotation.values), 0, comm);
  comm::broadcast(std::span(&report, 1), 0, comm);
  for (Matrix* matrix : {&matrices.input, &matrices.output}) {
    const RowRange share = share_of_rank(matrix->rows(), node);
    rotate(rotation, *matrix, share.begin, share.end);
  }
  comm::barrier(node.ranks());  // all rows are turned
  return report;
}

}  // namespace linktrail::dist
