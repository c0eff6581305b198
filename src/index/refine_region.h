// A neighbourhood of a draft graph in memory of its own, and guided searches in it: from a node's own neighbours,
// without descent.
//
// The region of a cell are the nodes at home there ("members") and those that they link to ("ghosts"), with all links
// among them. Which nodes these are depends on the cell alone, so that what is found does not depend on who holds which
// node. After the second pass of Vamana (DiskANN), with the searched graph bounded.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "index/distance.h"
#include "index/hnsw_graph.h"
#include "index/neighbor_table.h"

namespace linktrail {

struct RefineParams {
  std::uint32_t ef = 0;  // beam of a search; 0 for no refinement
};

class RefineRegion {
 public:
  // Members are nodes [first, first + members), ghosts the rising `ghosts`. Row i of `rows`, and list i of `links`
  // (`width` ids each, `counts[i]` used), belong to member i, then to ghost i - members. Ids are the graph's; links
  // that lead out of the region are left out.
  RefineRegion(NodeId first, std::size_t members, std::span<const NodeId> ghosts, Matrix rows,
               std::span<const NodeId> links, std::span<const std::uint32_t> counts, std::size_t width);

  // The nodes that a search for `member` evaluated, sorted; at most `keep`, the nearest. It starts from the nearest of
  // `known`, its neighbours so far with their distances, and evaluates none of them again. Valid until the next call.
  std::span<const Neighbor> search(std::size_t member, std::span<const Neighbor> known, std::size_t ef,
                                   std::size_t keep);

  std::uint64_t distances() const { return distances_; }  // evaluated so far

 private:
  std::uint32_t place_of(NodeId id) const;  // kOutside if it is not in the region
  NodeId id_of(std::uint32_t place) const;
  void offer(float distance, std::uint32_t place, std::size_t ef);
  void expand(const float* query, std::uint32_t place, std::size_t ef);

  NodeId first_;
  std::size_t members_;
  std::vector<NodeId> ghosts_;
  tsl::robin_map<NodeId, std::uint32_t> place_of_ghost_;
  Matrix rows_;
  std::size_t width_;
  std::vector<std::uint32_t> links_;  // places
  std::vector<std::uint32_t> counts_;
  DotKernel dot_;

  std::vector<std::uint32_t> visited_;  // by place: number of the last search that met it
  std::uint32_t search_ = 0;
  std::vector<Neighbor> beam_;          // sorted; ids are places
  std::vector<std::uint8_t> expanded_;  // beside beam_
  std::vector<std::uint32_t> fresh_;
  std::vector<Neighbor> found_;
  std::uint64_t distances_ = 0;
};

}  // namespace linktrail
