// The clickstream of one or more wikis as a graph of articles with QIDs, the same on every rank.
#pragma once

#include <string>
#include <vector>

#include "collect/clickstream_graph.h"
#include "collect/pageview_log.h"
#include "collect/rule_counts.h"
#include "comm/communicator.h"

namespace linktrail::dist {

// Which clicks between articles are steps of a walk.
enum class Transitions { kLink, kAll };

struct ClickstreamParams {
  std::vector<std::string> clicks;  // files, folders, globs; several months of a wiki are added up
  std::vector<std::string> titles;  // wiki_db, qid, title; or qid, title for the clicks of one wiki
  std::string wiki;                 // of all files; empty: by their names
  Transitions transitions = Transitions::kLink;
  Qid main_page = 5296;  // kNoQid: an article like others
  Malformed malformed = Malformed::kRefuse;
};

struct CollectedClicks {
  ClickGraph graph;
  RuleCounts counts;  // over all ranks
};

// Collective. Throws AgreedError: exit code 3 for files that are missing, empty or malformed. Memory of a rank: the
// whole graph (12 bytes a pair, 28 an article), and 32 bytes a row that it reads.
CollectedClicks collect_clicks(const ClickstreamParams& params, const comm::Communicator& comm);

}  // namespace linktrail::dist
