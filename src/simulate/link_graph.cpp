#include "simulate/link_graph.h"

#include <algorithm>
#include <tuple>

#include "core/checked_cast.h"
#include "corpus/flat_files.h"

namespace linktrail {

LinkGraph make_link_graph(std::vector<Qid> qids, std::vector<LinkEdge> edges) {
  for (const LinkEdge& edge : edges) {
    qids.push_back(edge.from);
    qids.push_back(edge.to);
  }
  std::sort(qids.begin(), qids.end());
  qids.erase(std::unique(qids.begin(), qids.end()), qids.end());
  checked_cast<LocalId>(qids.size());

  const auto key = [](const LinkEdge& edge) { return std::tie(edge.from, edge.to); };
  std::erase_if(edges, [](const LinkEdge& edge) { return edge.from == edge.to; });
  std::sort(edges.begin(), edges.end(), [&](const LinkEdge& a, const LinkEdge& b) { return key(a) < key(b); });
  const auto same = [&](const LinkEdge& a, const LinkEdge& b) { return key(a) == key(b); };
  edges.erase(std::unique(edges.begin(), edges.end(), same), edges.end());

  LinkGraph graph{std::move(qids), {}};
  auto edge = edges.begin();
  std::vector<LocalId> outlinks;
  for (const Qid from : graph.qids) {
    outlinks.clear();
    for (; edge != edges.end() && edge->from == from; ++edge)
      outlinks.push_back(
          static_cast<LocalId>(std::lower_bound(graph.qids.begin(), graph.qids.end(), edge->to) - graph.qids.begin()));
    graph.outlinks.append(outlinks);
  }
  return graph;
}

LinkGraph load_link_graph(std::span<const InputFile> pagelinks) {
  std::vector<Qid> qids;
  std::vector<LinkEdge> edges;
  for (const InputFile& file : pagelinks) {
    const LinkColumns columns = read_link_header(file);
    for_each_file(std::span(&file, 1), [&](LineReader& lines) {
      read_links(lines, columns, [&](const LinkRow& row) {
        if (row.qid_from == kNoQid) return;
        qids.push_back(row.qid_from);
        for (const Qid to : row.outlinks) edges.push_back({row.qid_from, to});
      });
    });
  }
  return make_link_graph(std::move(qids), std::move(edges));
}

}  // namespace linktrail
