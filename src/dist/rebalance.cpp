#include "dist/rebalance.h"

#include <algorithm>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"

namespace linktrail::dist {

namespace {

// What goes where. Owners rise with the global order, so records in local order are grouped by rank already.
struct SendPlan {
  std::vector<PieceRun> runs;  // cut at the borders between ranks
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint64_t> runs_to, records_to, tokens_to;  // by rank
};

// The global number of the first token of each local run, and the number of all tokens.
struct TokenStarts {
  std::vector<std::uint64_t> of_run;
  std::uint64_t total = 0;
};

TokenStarts token_starts(const std::vector<PieceRun>& runs, std::vector<PieceRun> all) {
  std::sort(all.begin(), all.end(), [](const PieceRun& a, const PieceRun& b) { return a.piece < b.piece; });
  TokenStarts starts;
  auto mine = runs.begin();
  for (const PieceRun& run : all) {
    if (mine != runs.end() && mine->piece == run.piece) {
      starts.of_run.push_back(starts.total);
      ++mine;
    }
    starts.total += run.tokens;
  }
  return starts;
}

SendPlan plan_sending(const TokenSequences& sequences, const std::vector<PieceRun>& runs, const TokenStarts& starts,
                      int ranks) {
  const auto parts = static_cast<std::size_t>(ranks);
  SendPlan plan;
  plan.runs_to.assign(parts, 0);
  plan.records_to.assign(parts, 0);
  plan.tokens_to.assign(parts, 0);
  std::size_t record = 0;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    std::uint64_t at = starts.of_run[r];
    int last_owner = -1;
    for (std::uint64_t i = 0; i < runs[r].records; ++i, ++record) {
      const std::uint64_t tokens = sequences[record].size();
      const int owner = rank_of_token(at, starts.total, ranks);
      const auto to = static_cast<std::size_t>(owner);
      if (owner != last_owner) {
        plan.runs.push_back({runs[r].piece, 0, 0});
        ++plan.runs_to[to];
        last_owner = owner;
      }
      ++plan.runs.back().records;
      plan.runs.back().tokens += tokens;
      plan.lengths.push_back(checked_cast<std::uint32_t>(tokens));
      ++plan.records_to[to];
      plan.tokens_to[to] += tokens;
      at += tokens;
    }
  }
  return plan;
}

bool comes_before(const PieceRun& a, const PieceRun& b) { return a.piece < b.piece; }

// What came from the ranks, in rank order.
struct Arrived {
  std::vector<PieceRun> runs;
  std::vector<std::uint32_t> lengths;
  std::vector<TokenId> tokens;
  std::vector<Qid> articles;
};

void append_lengths(std::span<const std::uint32_t> lengths, std::vector<std::uint64_t>& offsets) {
  for (const std::uint32_t length : lengths) offsets.push_back(offsets.back() + length);
}

// Without a copy, if they are in the order of pieces already.
Records as_they_are(Arrived arrived) {
  Records records{{.offsets = {0}, .tokens = std::move(arrived.tokens)}, std::move(arrived.articles)};
  records.sequences.offsets.reserve(arrived.lengths.size() + 1);
  append_lengths(arrived.lengths, records.sequences.offsets);
  return records;
}

Records in_piece_order(const Arrived& arrived) {
  struct Placed {
    PieceRun run;
    std::uint64_t record, token;
  };
  const auto& [runs, lengths, tokens, articles] = arrived;
  std::vector<Placed> placed;
  std::uint64_t record = 0, token = 0;
  for (const PieceRun& run : runs) {
    placed.push_back({run, record, token});
    record += run.records;
    token += run.tokens;
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return comes_before(a.run, b.run); });

  Records ordered;
  ordered.sequences.offsets.reserve(lengths.size() + 1);
  ordered.sequences.tokens.reserve(tokens.size());
  ordered.articles.reserve(articles.size());
  for (const Placed& p : placed) {
    const auto part = std::span(tokens).subspan(p.token, p.run.tokens);
    ordered.sequences.tokens.insert(ordered.sequences.tokens.end(), part.begin(), part.end());
    append_lengths(std::span(lengths).subspan(p.record, p.run.records), ordered.sequences.offsets);
    if (articles.empty()) continue;
    const auto from = std::span(articles).subspan(p.record, p.run.records);
    ordered.articles.insert(ordered.articles.end(), from.begin(), from.end());
  }
  return ordered;
}

}  // namespace

int rank_of_token(std::uint64_t first_token, std::uint64_t total_tokens, int ranks) {
  if (total_tokens == 0) return 0;
  // Below 2^64 for 10^13 tokens on a million ranks. Records without tokens at the very end go to the last rank.
  const std::uint64_t rank = first_token * static_cast<std::uint64_t>(ranks) / total_tokens;
  return static_cast<int>(std::min<std::uint64_t>(rank, static_cast<std::uint64_t>(ranks) - 1));
}

BalancedRecords rebalance(Records records, const std::vector<PieceRun>& runs, const comm::Communicator& comm) {
  std::vector<PieceRun> all = comm::all_gather<PieceRun>(std::span<const PieceRun>(runs), comm);
  const TokenStarts starts = token_starts(runs, std::move(all));
  SendPlan plan = comm::agreed(comm, [&] { return plan_sending(records.sequences, runs, starts, comm.size()); });

  const std::vector<std::uint64_t> nothing_to(static_cast<std::size_t>(comm.size()), 0);
  const auto& articles_to = records.articles.empty() ? nothing_to : plan.records_to;
  Arrived arrived;
  arrived.runs = comm::all_to_all<PieceRun>(std::move(plan.runs), plan.runs_to, comm).data;
  arrived.lengths = comm::all_to_all<std::uint32_t>(std::move(plan.lengths), plan.records_to, comm).data;
  arrived.articles = comm::all_to_all<Qid>(std::move(records.articles), articles_to, comm).data;
  arrived.tokens = comm::all_to_all<TokenId>(std::move(records.sequences.tokens), plan.tokens_to, comm).data;
  records = {};  // free what was sent before the ordered copy grows

  BalancedRecords balanced;
  balanced.records = comm::agreed(comm, [&] {
    const bool in_order = std::is_sorted(arrived.runs.begin(), arrived.runs.end(), comes_before);
    return in_order ? as_they_are(std::move(arrived)) : in_piece_order(arrived);
  });
  const std::uint64_t here = balanced.records.sequences.size();
  balanced.first_record = comm::exclusive_scan(here, comm);
  balanced.total_records = comm::all_reduce<std::uint64_t>(here, comm::ReduceOp::kSum, comm);
  balanced.total_tokens = starts.total;
  return balanced;
}

}  // namespace linktrail::dist
