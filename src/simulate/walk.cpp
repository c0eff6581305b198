#include "simulate/walk.h"

#include <fmt/format.h>

#include <cmath>

#include "core/checked_cast.h"
#include "core/error.h"
#include "corpus/flat_writers.h"
#include "simulate/weighted_choice.h"

namespace linktrail {

namespace {

std::vector<double> start_weights(const LinkGraph& graph, double exponent) {
  std::vector<double> in_degree(graph.size(), 0);
  for (const LocalId to : graph.outlinks.tokens) in_degree[to] += 1;
  for (std::size_t i = 0; i < graph.size(); ++i)
    in_degree[i] = graph.outlinks[i].empty() ? 0 : std::pow(in_degree[i] + 1, exponent);
  return in_degree;
}

void check(const WalkParams& params) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  if (!is_share(params.back_probability) || !is_share(params.stop_probability))
    throw UsageError(fmt::format("back and stop probabilities must be from 0 to 1, found {} and {}",
                                 params.back_probability, params.stop_probability));
  if (params.max_length < 2)
    throw UsageError(fmt::format("max_length must be at least 2, found {}", params.max_length));
}

}  // namespace

LinkWalk::LinkWalk(const LinkGraph& graph, const WalkParams& params)
    : graph_(graph), params_(params), start_sums_(running_sums(start_weights(graph, params.popularity_exponent))) {
  check(params);
  if (graph.outlinks.tokens.empty())
    throw InputError("no article of the link graph links to another, so no session can be walked; check the pagelinks");
}

// A random outlink of `from` other than `avoid`; false if there is none.
bool LinkWalk::follow_link(LocalId from, LocalId avoid, RandomStream& random, LocalId& next) const {
  const auto links = graph_.outlinks[from];
  const auto size = checked_cast<std::uint32_t>(links.size());
  if (size == 0) return false;
  const std::uint32_t at = random.below(size);
  next = links[at];
  if (next != avoid) return true;
  if (size == 1) return false;
  const std::uint32_t other = random.below(size - 1);  // links are distinct, so any other will do
  next = links[other < at ? other : other + 1];
  return true;
}

void LinkWalk::session(std::uint64_t number, std::vector<LocalId>& nodes) const {
  RandomStream random({.seed = params_.seed, .stage = RandomStage::kWalk, .epoch = 0, .record = number});
  nodes.assign(1, static_cast<LocalId>(choose(start_sums_, random)));
  std::vector<LocalId> path = nodes;  // the pages that "back" leads through
  while (nodes.size() < params_.max_length) {
    if (nodes.size() >= 2 && random.uniform_double() < params_.stop_probability) return;
    if (path.size() > 1 && random.uniform_double() < params_.back_probability) path.pop_back();
    LocalId next = 0;
    while (!follow_link(path.back(), nodes.back(), random, next)) {
      if (path.size() == 1) return;
      path.pop_back();  // a dead end: readers go back
    }
    nodes.push_back(next);
    path.push_back(next);
  }
}

void write_walks(const LinkGraph& graph, const WalkParams& params, const std::string& path, FlatCounts& counts) {
  const LinkWalk walk(graph, params);
  SessionWriter writer(path);
  std::vector<LocalId> nodes;
  std::vector<Qid> qids;
  for (std::uint64_t i = 0; i < params.sessions; ++i) {
    walk.session(i, nodes);
    qids.clear();
    for (const LocalId node : nodes) qids.push_back(graph.qids[node]);
    writer.write(qids);
    ++counts.sessions;
    counts.session_tokens += qids.size();
  }
  writer.finish();
}

}  // namespace linktrail
