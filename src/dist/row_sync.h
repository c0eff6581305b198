// Brings together what ranks learnt of a matrix: their changes of a row meet at the row's owner, become one change, and
// go into the matrix of every node.
//
// Ranks of a node see each other's changed rows, so nothing is copied there. Nodes exchange the changes that their
// ranks have merged, in batches. Owners merge in the order of ranks and nodes, so the result depends on their number
// but not on timing.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "comm/node.h"
#include "core/matrix.h"
#include "dist/node_exchange.h"
#include "dist/node_model.h"
#include "dist/row_parts.h"
#include "embedding/combine_rule.h"
#include "embedding/round_rows.h"

namespace linktrail::dist {

class RowSync {
 public:
  // `matrix` is shared by the node; memories[r] is what rank r of the node trains in, all overlays or all replicas. The
  // node and the matrix must outlive this.
  RowSync(Matrix& matrix, std::vector<RoundMemory> memories, const SyncRule& rule, const comm::Node& node);

  // Collective. Combines the changes of rows [begin, end) since the last time into the matrices, and into the copies
  // that ranks train, so that the round may go on. Needs a barrier of the node before, when all copies are complete,
  // and one after, before anybody trains on; several matrices can be synchronised between the two.
  void synchronise(RowRange rows, ValuePrecision precision);

  // Collective. The same for all rows at the end of a round: an overlay's copies stay as they are, to be forgotten.
  void finish(ValuePrecision precision);

  // Takes rows [0, end), as they are, as what restore() brings back. To be called on all ranks, with barriers as above.
  void remember(std::size_t end);
  void restore();

 private:
  // What becomes of the copies of rows that have met: writing them costs as much as writing the rows.
  enum class Copies { kUpdate, kLeave };

  struct RowBlock {
    std::array<std::uint32_t, kDealtRows> rows;
    std::size_t count = 0;
  };

  RowBlock copied_rows(std::size_t begin, std::size_t end) const;
  void fetch(std::uint32_t row) const;
  template <class Work>
  void for_copied_rows(RowRange rows, const Work& work) const;
  RowChange change_of_node(std::size_t row);
  void apply(std::size_t row, const float* change, Copies copies);
  void synchronise(RowRange rows, ValuePrecision precision, Copies copies);
  void synchronise_node(RowRange rows, Copies copies);
  void synchronise_replicas(RowRange rows);
  void synchronise_nodes(RowRange rows, ValuePrecision precision, Copies copies);

  Matrix* matrix_;
  std::vector<RoundMemory> memories_;
  SyncRule rule_;
  const comm::Node* node_;
  std::vector<float*> replicas_;  // of the node's ranks, if that is what they train
  Matrix deltas_;                 // of one row: a row for each rank of the node
  std::vector<RowChange> changes_;
  NodeExchange exchange_;
  Matrix remembered_;  // the part's rows of [0, remembered_end_)
  std::size_t remembered_end_ = 0;
};

}  // namespace linktrail::dist
