#include "dist/warm_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "embedding/row_match.h"
#include "snapshot/export.h"

namespace linktrail::dist {

namespace {

// Bytes of rows that travel in one broadcast: long enough for the network, small beside the model.
constexpr std::uint64_t kBlockBytes = std::uint64_t{16} << 20;

struct Plan {
  RowMatch input;
  RowMatch output;
  Overlap overlap;
};

std::uint64_t articles_in(std::span<const Qid> qids) {
  return static_cast<std::uint64_t>(std::ranges::count_if(qids, [](Qid qid) { return qid >= 0; }));
}

std::vector<TokenId> new_rows(const RowMatch& match, std::span<const Qid> qids) {
  std::vector<char> known(qids.size(), 0);
  for (const TokenId target : match.target)
    if (target != kNoToken) known[target] = 1;
  std::vector<TokenId> rows;
  for (TokenId row = 0; row < qids.size(); ++row)
    if (known[row] == 0 && qids[row] >= 0) rows.push_back(row);
  return rows;
}

Overlap overlap_of(const EarlierModel& earlier, const RowNames& names, const RowMatch& match) {
  Overlap overlap;
  for (std::size_t i = 0; i < earlier.qids.size(); ++i)
    if (earlier.qids[i] >= 0 && match.target[i] != kNoToken) ++overlap.matched;
  overlap.new_rows = new_rows(match, names.qids);
  overlap.vanished = articles_in(earlier.qids) - overlap.matched;
  return overlap;
}

RowMatch match_labels(const EarlierModel& earlier, std::vector<std::string> labels) {
  if (earlier.fasttext_labels)
    for (std::string& label : labels) label = fasttext_label(std::move(label));
  return match_rows(std::span<const std::string>(earlier.labels), std::span<const std::string>(labels));
}

Plan plan_of(const EarlierModel& earlier, const RowNames& names) {
  Plan plan{.input = match_rows(std::span<const Qid>(earlier.qids), std::span<const Qid>(names.qids)),
            .output = {},
            .overlap = {}};
  plan.overlap = overlap_of(earlier, names, plan.input);
  if (plan.overlap.matched == 0)
    throw input_error({.what = "no article in common",
                       .file = earlier.path,
                       .expected = fmt::format("some of the {} articles of this corpus", articles_in(names.qids)),
                       .found = fmt::format("{} other articles", articles_in(earlier.qids)),
                       .advice = "check that both name their articles by QID, or start without an earlier model"});
  plan.output = names.labels.empty() ? plan.input : match_labels(earlier, names.labels);
  if (!names.labels.empty()) plan.overlap.labels = plan.output.matched;
  return plan;
}

// The rows of a block that have a target, packed.
struct Block {
  std::vector<TokenId> targets;
  std::vector<float> values;
};

Block read_block(const EarlierModel& earlier, ModelMatrix matrix, std::span<const TokenId> targets,
                 std::uint64_t begin) {
  Block block;
  if (std::ranges::all_of(targets, [](TokenId target) { return target == kNoToken; })) return block;
  const Matrix rows = earlier.rows(matrix, begin, targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i] == kNoToken) continue;
    block.targets.push_back(targets[i]);
    block.values.insert(block.values.end(), rows.row(i).begin(), rows.row(i).end());
  }
  return block;
}

// `earlier` and `match` matter on rank 0 only.
void copy_matrix(const EarlierModel* earlier, ModelMatrix matrix, const RowMatch& match, Matrix& into,
                 const comm::Node& node) {
  const comm::Communicator& comm = node.all();
  const std::size_t dim = into.dim();
  const std::uint64_t step = std::max<std::uint64_t>(1, kBlockBytes / (dim * sizeof(float)));
  std::vector<std::uint64_t> total = comm::broadcast(std::vector<std::uint64_t>{match.target.size()}, 0, comm);
  for (std::uint64_t begin = 0; begin < total.front(); begin += step) {
    Block block;
    comm::agreed_on_root(comm, [&] {
      const auto targets = std::span(match.target).subspan(begin, std::min(step, total.front() - begin));
      block = read_block(*earlier, matrix, targets, begin);
    });
    block.targets = comm::broadcast(std::move(block.targets), 0, comm);
    block.values = comm::broadcast(std::move(block.values), 0, comm);
    if (node.ranks().is_root())
      place_rows({.data = block.values.data(), .rows = block.targets.size(), .dim = dim, .stride = dim}, block.targets,
                 into);
  }
}

void broadcast(Overlap& overlap, const comm::Communicator& comm) {
  for (std::uint64_t* count : {&overlap.matched, &overlap.vanished, &overlap.labels})
    comm::broadcast(std::span(count, 1), 0, comm);
  overlap.new_rows = comm::broadcast(std::move(overlap.new_rows), 0, comm);
}

}  // namespace

Overlap warm_start(const EarlierModel* earlier, const RowNames& names, NodeModel& model) {
  const comm::Node& node = *model.node;
  const comm::Communicator& comm = node.all();
  Plan plan;
  comm::agreed_on_root(comm, [&] { plan = plan_of(*earlier, names); });
  copy_matrix(earlier, ModelMatrix::kInput, plan.input, model.matrices.input, node);
  copy_matrix(earlier, ModelMatrix::kOutput, plan.output, model.matrices.output, node);
  broadcast(plan.overlap, comm);
  comm::barrier(node.ranks());  // all rows are there
  return plan.overlap;
}

}  // namespace linktrail::dist
