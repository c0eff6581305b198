#include "dist/round_model.h"

#include <algorithm>
#include <cstring>

#include "comm/collectives.h"
#include "core/lazy_memory.h"

namespace linktrail::dist {

namespace {

// Rows of embeddings are a few units long. One of this length has lost its way, though it is finite still.
constexpr float kLongestRow = 1e4F;

std::size_t matrix_bytes(const Matrix& matrix) { return matrix.rows() * matrix.stride() * sizeof(float); }

std::size_t window_bytes(const Matrix& matrix, RankCopies copies) {
  return copies == RankCopies::kReplica ? in_huge_pages(matrix_bytes(matrix))
                                        : RoundMemory::bytes(matrix.rows(), matrix.dim());
}

std::vector<RoundMemory> memories_of(const comm::SharedWindow& window, std::size_t rows, RankCopies copies, int ranks) {
  std::vector<RoundMemory> memories;
  memories.reserve(static_cast<std::size_t>(ranks));
  for (int r = 0; r < ranks; ++r)
    memories.push_back(copies == RankCopies::kReplica ? RoundMemory::of_replica(window.share(r))
                                                      : RoundMemory::in(window.share(r), rows));
  return memories;
}

}  // namespace

SharedRound::Part::Part(Matrix& trained, const SyncRule& rule, const comm::Node& node, const RoundsPlan& plan)
    : matrix(trained),
      copies(plan.copies),
      hot_rows(std::min(plan.hot_rows, trained.rows())),
      window(node.all().size() == 1 ? 0 : window_bytes(trained, copies), node.ranks(), node.all()),
      sync(trained, memories_of(window, trained.rows(), copies, node.ranks().size()), rule, node) {
  if (node.all().size() == 1 || copies != RankCopies::kReplica) return;
  replica = Matrix(trained.rows(), trained.dim(), window.share(node.ranks().rank()));
  make_huge(replica.data(), window_bytes(trained, copies));
  replicate();
}

RoundRows SharedRound::Part::rows(const comm::Node& node) {
  if (node.all().size() == 1) return RoundRows(matrix);
  if (copies == RankCopies::kReplica) return RoundRows(replica);
  return {matrix, RoundMemory::in(window.share(node.ranks().rank()), matrix.rows())};
}

void SharedRound::Part::replicate() {
  if (!replica.empty()) std::memcpy(replica.data(), matrix.data(), matrix_bytes(matrix));
}

SyncRule SharedRound::sync_rule(CombineRule combine, float correction) const {
  return {.combine = combine, .ranks = node().all().size(), .correction = correction};
}

SharedRound::SharedRound(NodeModel& model, CombineRule rule, const RoundsPlan& plan)
    : model_(model),
      input_(model.matrices.input, sync_rule(rule, plan.input_correction), node(), plan),
      output_(model.matrices.output, sync_rule(rule, plan.output_correction), node(), plan),
      rows_(input_.rows(node()), output_.rows(node())) {}

template <class Work>
void SharedRound::between_barriers(const Work& work) {
  if (is_alone()) return;
  comm::barrier(node().ranks());
  work(input_);
  work(output_);
  comm::barrier(node().ranks());
}

void SharedRound::remember_hot_rows() {
  if (is_alone()) return;
  for (Part* part : {&input_, &output_}) part->sync.remember(part->hot_rows);
}

void SharedRound::synchronise_hot_rows(ValuePrecision precision) {
  between_barriers([&](Part& part) { part.sync.synchronise({.begin = 0, .end = part.hot_rows}, precision); });
}

void SharedRound::finish(ValuePrecision precision) {
  between_barriers([&](Part& part) { part.sync.finish(precision); });
  rows_.input.finish();
  rows_.output.finish();
}

void SharedRound::roll_back() {
  rows_.input.finish();
  rows_.output.finish();
  between_barriers([](Part& part) { part.sync.restore(); });
  input_.replicate();
  output_.replicate();
}

void SharedRound::shorten(const RowLengths& longest) {
  shorten_rows(longest, model_);
  input_.replicate();
  output_.replicate();
}

bool SharedRound::is_sane() const { return rows_.input.is_sane(kLongestRow) && rows_.output.is_sane(kLongestRow); }

}  // namespace linktrail::dist
