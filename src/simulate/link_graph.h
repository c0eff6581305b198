// A link graph in memory: articles as dense numbers, outlinks packed.
#pragma once

#include <span>
#include <vector>

#include "core/ids.h"
#include "core/sequences.h"
#include "corpus/input_set.h"
#include "corpus/packed_corpus.h"

namespace linktrail {

struct LinkGraph {
  std::vector<Qid> qids;        // ascending, by node
  Sequences<LocalId> outlinks;  // of each node: ascending, distinct, never itself

  std::size_t size() const { return qids.size(); }
};

struct LinkEdge {
  Qid from = kNoQid;
  Qid to = kNoQid;
};

// Nodes are all QIDs of `qids` and of the edges. Order and repeats do not matter; self-links drop out.
LinkGraph make_link_graph(std::vector<Qid> qids, std::vector<LinkEdge> edges);

// The union over all wikis of pagelinks files; rows without QID drop out. Holds 16 bytes a link while
// building: for graphs that fit one process. Throws InputError as read_links does.
LinkGraph load_link_graph(std::span<const InputFile> pagelinks);

}  // namespace linktrail
