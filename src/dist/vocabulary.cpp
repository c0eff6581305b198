#include "dist/vocabulary.h"

#include <tsl/robin_map.h>

#include <vector>

#include "comm/agreement.h"
#include "comm/exchange.h"
#include "core/hash.h"

namespace linktrail::dist {

namespace {

std::vector<QidCount> sum_counts(std::span<const QidCount> counts, std::uint64_t min_count) {
  tsl::robin_map<Qid, std::uint64_t> sums;
  for (const QidCount& entry : counts) sums[entry.qid] += entry.count;
  std::vector<QidCount> kept;
  for (const auto& [qid, count] : sums)
    if (count >= min_count) kept.push_back({qid, count});
  return kept;
}

}  // namespace

Vocabulary count_vocabulary(std::span<const QidCount> local_counts, std::uint64_t min_count,
                            const comm::Communicator& comm) {
  const auto owner = [&](const QidCount& entry) { return owner_of(entry.qid, comm.size()); };
  const auto received = comm::exchange_by_owner<QidCount>(local_counts, owner, comm);
  const std::vector<QidCount> owned = comm::agreed(comm, [&] { return sum_counts(received.data, min_count); });
  std::vector<QidCount> all = comm::all_gather<QidCount>(std::span<const QidCount>(owned), comm);
  return comm::agreed(comm, [&] { return Vocabulary(std::move(all), min_count); });
}

}  // namespace linktrail::dist
