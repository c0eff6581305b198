// Rows by the number they have in the whole graph: those of this part, and copies of others' rows ("ghosts").
#pragma once

#include <tsl/robin_map.h>

#include <span>
#include <stdexcept>
#include <utility>

#include "core/matrix.h"
#include "index/hnsw_graph.h"

namespace linktrail {

class VectorLookup {
 public:
  // `local` holds nodes [first, first + local.rows); it must outlive the lookup.
  VectorLookup(MatrixView local, NodeId first) : local_(local), first_(first) {}

  // Row i of `ghosts` is node ids[i]. Replaces earlier ghosts.
  void set_ghosts(std::span<const NodeId> ids, Matrix ghosts) {
    ghosts_ = std::move(ghosts);
    ghost_rows_.clear();
    ghost_rows_.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ghost_rows_[ids[i]] = i;
  }

  bool is_local(NodeId id) const { return id >= first_ && id - first_ < local_.rows; }
  std::size_t stride() const { return local_.stride; }

  // Throws std::out_of_range for a node that is neither local nor a ghost.
  const float* row(NodeId id) const {
    return is_local(id) ? local_.row_data(id - first_) : ghosts_.row_data(ghost_rows_.at(id));
  }

 private:
  MatrixView local_;
  NodeId first_ = 0;
  Matrix ghosts_;
  tsl::robin_map<NodeId, std::size_t> ghost_rows_;
};

}  // namespace linktrail
