#include "dist/round_model.h"

#include <algorithm>

#include "comm/collectives.h"

namespace linktrail::dist {

namespace {

// Rows of embeddings are a few units long. One of this length has lost its way, though it is finite still.
constexpr float kLongestRow = 1e4F;

std::vector<RoundMemory> memories_of(const comm::SharedWindow& window, std::size_t rows, int ranks) {
  std::vector<RoundMemory> memories;
  memories.reserve(static_cast<std::size_t>(ranks));
  for (int r = 0; r < ranks; ++r) memories.push_back(RoundMemory::in(window.share(r), rows));
  return memories;
}

}  // namespace

SharedRound::Part::Part(Matrix& trained, CombineRule rule, const comm::Node& node, std::size_t most_hot_rows)
    : matrix(trained),
      hot_rows(std::min(most_hot_rows, trained.rows())),
      window(node.all().size() == 1 ? 0 : RoundMemory::bytes(trained.rows(), trained.dim()), node.ranks(), node.all()),
      sync(trained, memories_of(window, trained.rows(), node.ranks().size()),
           {.combine = rule, .ranks = node.all().size()}, node) {}

SharedRound::SharedRound(NodeModel& model, CombineRule rule, std::size_t hot_rows)
    : node_(*model.node),
      input_(model.matrices.input, rule, node_, hot_rows),
      output_(model.matrices.output, rule, node_, hot_rows),
      rows_(rows_of(input_), rows_of(output_)) {}

RoundRows SharedRound::rows_of(const Part& part) const {
  if (is_alone()) return RoundRows(part.matrix);
  return {part.matrix, RoundMemory::in(part.window.share(node_.ranks().rank()), part.matrix.rows())};
}

template <class Work>
void SharedRound::between_barriers(const Work& work) {
  if (is_alone()) return;
  comm::barrier(node_.ranks());
  work(input_);
  work(output_);
  comm::barrier(node_.ranks());
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
}

bool SharedRound::is_sane() const { return rows_.input.is_sane(kLongestRow) && rows_.output.is_sane(kLongestRow); }

}  // namespace linktrail::dist
