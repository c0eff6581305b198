// Sessions by random walk over a real link graph, for where none are published. First-order walks from
// clickstreams differ from real sessions by small effects only (Arora, Gerlach, Piccardi et al., WSDM 2022).
//
// A walk starts at a popular article, follows random outlinks, and sometimes returns to the page it came
// from and continues there. Returning adds no page: browsers answer it from their cache. Session i
// depends on the graph, the parameters and i only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "simulate/flat_folder.h"
#include "simulate/link_graph.h"

namespace linktrail {

struct WalkParams {
  std::uint64_t seed = 1;
  std::uint64_t sessions = 100000;
  double popularity_exponent = 0.75;  // start weight = (in-degree + 1)^exponent: flattens hubs, keeps their lead
  double back_probability = 0.2;      // to continue from the previous page instead of the current one
  double stop_probability = 0.2;      // after each page from the second on
  std::size_t max_length = 30;        // 2..; the real sessions are cut there
};

class LinkWalk {
 public:
  // Keeps a reference to `graph`. Throws UsageError for parameters out of range, InputError for a graph without links.
  LinkWalk(const LinkGraph& graph, const WalkParams& params);

  // Session `number`: 2..max_length nodes; each but the first is an outlink of an earlier one; no node
  // follows itself.
  void session(std::uint64_t number, std::vector<LocalId>& nodes) const;

 private:
  bool follow_link(LocalId from, LocalId avoid, RandomStream& random, LocalId& next) const;

  const LinkGraph& graph_;
  WalkParams params_;
  std::vector<double> start_sums_;  // by node; nodes without outlinks weigh 0
};

// Writes params.sessions sessions to `path` and adds them to `counts`.
void write_walks(const LinkGraph& graph, const WalkParams& params, const std::string& path, FlatCounts& counts);

}  // namespace linktrail
