// Brings the replicas of a matrix together after a round: the changes that ranks made to a row meet at the row's
// owner, become one change, and the new row goes to all.
//
// Owners combine in rank order, so the result depends on the number of ranks but not on timing. Rows travel in
// blocks of ids, so that buffers stay small beside the matrix.
#pragma once

#include <cstddef>

#include "comm/communicator.h"
#include "core/matrix.h"
#include "embedding/combine_rule.h"
#include "embedding/model.h"

namespace linktrail::dist {

class RowSync {
 public:
  // `replica` must be equal on all ranks. Keeps a copy of it, unless there is one rank only.
  RowSync(const Matrix& replica, CombineRule rule, const comm::Communicator& comm);

  // Collective. `touched` names the rows of `replica` that this rank may have changed since the last call.
  // Afterwards `replica` is equal on all ranks and `touched` is empty.
  void synchronise(Matrix& replica, TouchedRows& touched);

 private:
  void synchronise_block(Matrix& replica, std::span<const std::uint32_t> rows, std::size_t begin, std::size_t end);

  CombineRule rule_;
  comm::Communicator comm_;
  Matrix base_;  // the rows after the last synchronisation
};

}  // namespace linktrail::dist
