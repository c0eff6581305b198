// The plan of one level over ranks: where rows belong, and who works on which cell. Internal to the room.
#pragma once

#include <span>
#include <vector>

#include "comm/communicator.h"
#include "index/leaf_partition.h"
#include "index/sub_index.h"

namespace linktrail::dist {

struct LevelPlan {
  LeafPartition partition;
  std::vector<std::uint32_t> first_cell;  // of every rank, and the number of cells
  std::vector<LeafId> leaves_of_row;      // rows x partition.overlap(), of this rank's rows; the first is the home
  double imbalance = 1;                   // work of the heaviest rank over the mean

  std::size_t overlap() const { return partition.overlap(); }
  int owner_of_cell(std::size_t cell) const;
  int owner_of_leaf(LeafId leaf) const;
  std::size_t cell_of(LeafId leaf) const;
};

// Collective. Partitions all ranks' rows. The partition and the leaves of a row do not depend on the number of ranks or
// on who holds which row: the sample is drawn by a hash of the labels. Labels are distinct.
LevelPlan plan_level(MatrixView my_rows, std::span<const Qid> my_labels, const LeafParams& params, std::uint64_t seed,
                     const comm::Communicator& comm);

}  // namespace linktrail::dist
