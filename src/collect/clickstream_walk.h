// Sessions walked over the clickstream: a first-order Markov chain, as in Arora, Gerlach, Piccardi, Garcia-Duran and
// West, "Wikipedia Reader Navigation: When Synthetic Data Is Enough" (WSDM 2022), which found such sequences close to
// real ones.
//
// A walk enters at an article in proportion to the clicks that come to it from outside, and goes on to another in
// proportion to the clicks between them. Ours, as far as we know: it stops at an article with the share of arrivals
// that no click leads away from, 1 - clicks / arrivals, or with a constant probability; it ends at the longest length;
// a walk that is too short is drawn again. Session i depends on the graph, the parameters and i alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "collect/clickstream_graph.h"
#include "core/random.h"

namespace linktrail {

struct ClickWalkParams {
  std::uint64_t seed = 1;
  std::uint32_t min_length = 2;
  std::uint32_t max_length = 30;
  std::optional<double> stop_probability = {};  // of each article; nothing: by its clicks and arrivals
};

class ClickWalk {
 public:
  // Keeps a reference to `graph`. Throws UsageError for parameters out of range, InputError for a graph on which no
  // walk of two articles can be.
  ClickWalk(const ClickGraph& graph, const ClickWalkParams& params);

  // Session `number`, of min_length .. max_length articles. O(log articles) a step. Throws InputError if kMostTries
  // walks in a row are too short.
  void session(std::uint64_t number, std::vector<Qid>& qids) const;
  void nodes(std::uint64_t number, std::vector<ClickGraph::Node>& nodes) const;

  static constexpr int kMostTries = 1'000'000;

 private:
  void walk(RandomStream& random, std::vector<ClickGraph::Node>& nodes) const;
  bool stops(ClickGraph::Node node, RandomStream& random) const;

  const ClickGraph& graph_;
  ClickWalkParams params_;
};

}  // namespace linktrail
