#include "collect/clickstream_walk.h"

#include <algorithm>

#include "core/error.h"

namespace linktrail {

namespace {

// A position in proportion to its weight, exactly up to 2^-24 for sums below 2^40.
std::size_t choose_by(std::span<const std::uint64_t> sums, RandomStream& random) {
  const std::uint64_t at = random() % sums.back();
  return static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), at) - sums.begin());
}

void check(const ClickWalkParams& params) {
  if (params.min_length == 0 || params.max_length < params.min_length)
    throw UsageError(fmt::format("--min-length and --max-length: expected 1 <= min <= max, found {} and {}",
                                 params.min_length, params.max_length));
  if (params.stop_probability && !(*params.stop_probability >= 0 && *params.stop_probability < 1))
    throw UsageError(
        fmt::format("--stop: expected auto or a number from 0 to below 1, found {}", *params.stop_probability));
}

}  // namespace

ClickWalk::ClickWalk(const ClickGraph& graph, const ClickWalkParams& params) : graph_(graph), params_(params) {
  check(params);
  if (graph.size() == 0 || graph.entry_sums().back() == 0)
    throw InputError(
        "the clickstream has no row from outside (other-search and the like) to an article with a QID, so no session "
        "can "
        "begin; check the titles and the wiki");
  bool any = params.min_length == 1;
  for (ClickGraph::Node node = 0; node < graph.size() && !any; ++node)
    any = graph.entries(node) > 0 && graph.clicks(node) > 0;
  if (!any)
    throw InputError(
        "no article that readers come to from outside has a click to another with a QID, so no session of two articles "
        "can be walked; check the titles and the wiki");
}

bool ClickWalk::stops(ClickGraph::Node node, RandomStream& random) const {
  const std::uint64_t clicks = graph_.clicks(node);
  if (clicks == 0) return true;
  if (params_.stop_probability) return random.uniform_double() < *params_.stop_probability;
  return clicks < graph_.arrivals(node) && random() % graph_.arrivals(node) >= clicks;
}

void ClickWalk::walk(RandomStream& random, std::vector<ClickGraph::Node>& nodes) const {
  nodes.assign(1, static_cast<ClickGraph::Node>(choose_by(graph_.entry_sums(), random)));
  while (nodes.size() < params_.max_length && !stops(nodes.back(), random)) {
    const ClickGraph::Node here = nodes.back();
    nodes.push_back(graph_.targets(here)[choose_by(graph_.click_sums(here), random)]);
  }
}

void ClickWalk::nodes(std::uint64_t number, std::vector<ClickGraph::Node>& nodes) const {
  RandomStream random({.seed = params_.seed, .stage = RandomStage::kClickstream, .epoch = 0, .record = number});
  for (int tries = 0; tries < kMostTries; ++tries) {
    walk(random, nodes);
    if (nodes.size() >= params_.min_length) return;
  }
  throw InputError(
      fmt::format("{} walks in a row had fewer than {} articles; lower --min-length, or give a constant --stop",
                  kMostTries, params_.min_length));
}

void ClickWalk::session(std::uint64_t number, std::vector<Qid>& qids) const {
  std::vector<ClickGraph::Node> walked;
  nodes(number, walked);
  qids.clear();
  for (const ClickGraph::Node node : walked) qids.push_back(graph_.qid(node));
}

}  // namespace linktrail
