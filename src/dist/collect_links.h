// From SQL dumps of many wikis to pagelinks by QID, over all ranks (src/collect has the joins).
//
// Rows are parsed a file at a time by one rank each and sent to where their key is: facts of pages by hash(wiki, page),
// titles, redirects and links by hash(wiki, target), resolved links by (wiki, page). Every exchange is bounded and
// every store spills, so memory depends on the limit, not on the wikis.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/page_facts.h"
#include "collect/rule_counts.h"
#include "comm/communicator.h"

namespace linktrail::dist {

struct CollectLinksParams {
  std::string dumps = {};               // folder
  std::vector<std::string> wikis = {};  // empty: all that have dumps there
  std::vector<std::string> qids = {};   // page-to-QID tables; empty: from page_props
  PageJoinParams pages = {};
  std::uint32_t redirect_hops = 1;
  std::uint64_t memory_bytes = 0;    // of the ranks of a node together
  std::string scratch = {};          // folder that exists
  std::string output = {};           // the same; files there appear when all are done
  std::string part_suffix = ".tsv";  // ".tsv.gz"
};

struct CollectLinksProgress {
  std::string_view phase;
  double fraction = 0;
};

struct CollectedLinks {
  RuleCounts rules;  // over all ranks
  std::vector<std::string> wikis;
  std::vector<std::string> inputs;  // paths of the dumps
  std::vector<std::string> notes;   // for the log
  std::vector<std::string> files;   // written, without the folder
  std::uint64_t pairs = 0, rows = 0, parts = 0;
  std::uint64_t spilled_bytes = 0;
};

// Collective. Removes an older kCollectRecord before what it lists; the caller writes the new one. Throws AgreedError.
// on_progress is called on every rank, not collectively: it must not communicate.
CollectedLinks collect_links(const CollectLinksParams& params,
                             const std::function<void(const CollectLinksProgress&)>& on_progress,
                             const comm::Communicator& comm);

}  // namespace linktrail::dist
