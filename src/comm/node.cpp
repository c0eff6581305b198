#include "comm/node.h"

#include <sys/resource.h>

#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/shared_window.h"

namespace linktrail::comm {

namespace {

Communicator group_of(const Communicator& machine, int most_ranks) {
  return most_ranks > 0 ? machine.split(machine.rank() / most_ranks) : machine;
}

// Shared memory is a file to the system: a limit on the size of files (ulimit -f) counts for it, too.
bool files_may_be_large() {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

bool can_share(const Communicator& ranks) {
  constexpr std::size_t kProbeBytes = 64;
  try {
    const SharedWindow probe(kProbeBytes, ranks, ranks);
    return files_may_be_large();
  } catch (const AgreedError&) {
    return false;
  }
}

Communicator ranks_of_node(const Communicator& all, int most_ranks) {
  Communicator ranks = group_of(all.split_by_node(), most_ranks);
  if (all_ranks_ok(ranks.size() == 1 || can_share(ranks), all)) return ranks;
  return all.split(all.rank());
}

}  // namespace

Node::Node(const Communicator& all, NodeParams params)
    : all_(all), ranks_(ranks_of_node(all, params.most_ranks)), peers_(all.split(ranks_.rank())) {
  parts_ = all_reduce(std::int32_t{ranks_.size()}, ReduceOp::kMin, all);
  std::int32_t lowest = all.rank();
  broadcast(std::span(&lowest, 1), 0, ranks_);
  for (const std::int32_t first : all_gather(std::int32_t{ranks_.rank() == 0 ? all.rank() : -1}, all)) {
    if (first < 0) continue;
    if (first == lowest) index_ = count_ - 1;
    ++count_;
  }
  --count_;
}

}  // namespace linktrail::comm
