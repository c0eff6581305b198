// Sessions from pageview logs over all ranks: the views of an actor meet on one rank, pages are counted and looked up
// by their owners, and the rules run where the actor is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collect/pageview_log.h"
#include "collect/rule_counts.h"
#include "collect/sessionizer.h"
#include "comm/communicator.h"
#include "core/sequences.h"

namespace linktrail::dist {

struct CollectParams {
  std::vector<std::string> logs;  // files, folders, globs
  std::vector<std::string> qids;  // of the page-to-QID table
  RowFilters filters;
  SessionRules rules;
  Malformed malformed = Malformed::kRefuse;
  std::uint64_t memory = 0;  // bytes of views that a rank may hold at a time; 0: any number
};

struct CollectedSessions {
  Sequences<Qid> sessions;   // of the actors of this rank, actor by actor: to be shuffled before they are written
  RuleCounts counts;         // over all ranks
  std::uint64_t total = 0;   // sessions over all ranks
  std::uint64_t passes = 1;  // over the logs
  double read_seconds = 0;   // in them, of this rank: decompressing, parsing and exchanging
  std::uint32_t missing_filters = 0;  // files that lack a column that a filter asks for
};

// Collective. Throws AgreedError: exit code 3 for logs or a table that are missing, empty or malformed. No message
// holds anything of a row. The sessions, taken over all ranks as a multiset, and the counts do not depend on the
// number of ranks, nor on the number, order and compression of the files.
CollectedSessions collect_sessions(const CollectParams& params, const comm::Communicator& comm);

}  // namespace linktrail::dist
