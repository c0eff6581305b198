// Of the articles that a file of links names, how many have a vector.
#include <algorithm>
#include <vector>

#include "comm/collectives.h"
#include "comm/exchange.h"
#include "core/hash.h"
#include "dist/evaluation.h"

namespace linktrail::dist {

namespace {

// Of all ranks, those that this one owns: rising, each once.
std::vector<Qid> gather_owned(std::span<const Qid> qids, const comm::Communicator& comm) {
  std::vector<Qid> own = comm::exchange_by_owner(
                             qids, [&](Qid qid) { return owner_of(qid, comm.size()); }, comm)
                             .data;
  std::ranges::sort(own);
  own.erase(std::unique(own.begin(), own.end()), own.end());
  return own;
}

}  // namespace

Coverage coverage(const EmbeddingRows& rows, std::span<const Qid> articles, const comm::Communicator& comm) {
  const std::vector<Qid> asked = gather_owned(articles, comm), known = gather_owned(rows.qids, comm);
  std::vector<Qid> both;
  std::ranges::set_intersection(asked, known, std::back_inserter(both));
  return {.articles = comm::all_reduce<std::uint64_t>(asked.size(), comm::ReduceOp::kSum, comm),
          .embedded = comm::all_reduce<std::uint64_t>(both.size(), comm::ReduceOp::kSum, comm)};
}

}  // namespace linktrail::dist
