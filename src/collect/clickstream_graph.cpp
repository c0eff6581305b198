#include "collect/clickstream_graph.h"

#include <algorithm>
#include <tuple>

#include "core/checked_cast.h"

namespace linktrail {

ClickGraph::ClickGraph(std::vector<ClickArticle> articles, std::vector<ClickEdge> edges) {
  // By key, which depends on titles alone: the same numbers on every rank and in every order of the input.
  std::sort(articles.begin(), articles.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  std::sort(edges.begin(), edges.end(),
            [](const auto& a, const auto& b) { return std::tie(a.from, a.to) < std::tie(b.from, b.to); });
  const auto node_of = [&](std::uint64_t key) {
    const auto it = std::lower_bound(articles.begin(), articles.end(), key,
                                     [](const ClickArticle& article, std::uint64_t k) { return article.key < k; });
    return checked_cast<Node>(it - articles.begin());
  };
  std::vector<std::uint64_t> entries(articles.size(), 0);
  begins_.assign(articles.size() + 1, 0);
  std::uint64_t last = 0, sum = 0;
  for (const ClickEdge& edge : edges) {
    const Node to = node_of(edge.to);
    if (edge.from == 0) {
      entries[to] += edge.count;
      continue;
    }
    sum = edge.from == last ? sum + edge.count : edge.count;
    last = edge.from;
    targets_.push_back(to);
    click_sums_.push_back(sum);
    ++begins_[node_of(edge.from) + 1];
  }
  sum = 0;
  for (std::size_t i = 0; i < articles.size(); ++i) {
    qids_.push_back(articles[i].qid);
    arrivals_.push_back(articles[i].arrivals);
    entry_sums_.push_back(sum += entries[i]);
    begins_[i + 1] += begins_[i];
  }
}

}  // namespace linktrail
