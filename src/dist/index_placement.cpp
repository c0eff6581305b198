#include "dist/index_placement.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "index/sharded_build.h"

namespace linktrail::dist {

Placed place(Shard shard, const LevelPlan& plan, const comm::Communicator& comm) {
  const std::size_t overlap = plan.overlap();
  const std::size_t rows = shard.all.labels.size();
  std::vector<int> target(rows);
  std::vector<Qid> leader(rows);  // the label of the representative
  std::vector<LeafId> leaves;     // of each row, as its representative's
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t distinct = shard.rows.distinct;
    const std::size_t representative = i < distinct ? i : shard.rows.representative[i - distinct];
    const LeafId* own = plan.leaves_of_row.data() + representative * overlap;
    target[i] = plan.owner_of_leaf(own[0]);
    leader[i] = shard.all.labels[representative];
    leaves.insert(leaves.end(), own, own + overlap);
  }
  LabeledRows arrived = send_rows(shard.all.vectors, shard.all.labels, target, comm);
  const std::vector<Qid> leaders = send_values<Qid>(leader, 1, target, comm);
  const std::vector<LeafId> arrived_leaves = send_values<LeafId>(leaves, overlap, target, comm);
  shard = Shard();

  std::vector<std::uint32_t> order(arrived.labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    return std::tuple(arrived_leaves[i * overlap], leaders[i], arrived.labels[i]);
  });
  Placed placed;
  placed.all.vectors = gather_rows(arrived.vectors, order);
  for (const std::uint32_t i : order) {
    if (leaders[i] == arrived.labels[i]) {
      placed.representatives.push_back(static_cast<std::uint32_t>(placed.all.labels.size()));
      const LeafId* own = arrived_leaves.data() + i * overlap;
      placed.leaves.insert(placed.leaves.end(), own, own + overlap);
    }
    placed.all.labels.push_back(arrived.labels[i]);
  }
  return placed;
}

}  // namespace linktrail::dist
