#include "dist/round_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/checked_cast.h"
#include "core/matrix.h"

namespace linktrail::dist {

std::uint32_t rounds_per_epoch(std::span<const std::uint64_t> tokens, std::uint64_t round_tokens, std::uint32_t least) {
  std::uint64_t most = 0;
  for (const std::uint64_t count : tokens) most = std::max(most, count);
  const std::uint64_t asked = std::min<std::uint64_t>(least, most);
  const std::uint64_t needed = most / round_tokens + (most % round_tokens != 0);
  return checked_cast<std::uint32_t>(std::max({std::uint64_t{1}, asked, needed}));
}

namespace {

// How often all rows meet in early epochs for once in others, if the meetings of the frequent rows allow it. With four
// skip-gram loses the head along links (docs/adr/0002).
constexpr std::uint32_t kEarlyTimes = 4, kEarlyTimesOfSkipGram = 2;

// Models of no more are small: their rounds are short.
constexpr std::uint64_t kManyRows = 16384;

// Fewer tokens of a rank take less time than the meeting itself.
constexpr std::uint64_t kLeastTokens = 4096;

// In a round of so many tokens a rank: one for each token a row that all ranks together train, rounded down to a
// multiple of kEarlyTimes. A small model has rounds that are short enough.
std::uint32_t hot_syncs_of(std::uint64_t round_tokens, std::uint64_t rows, std::uint64_t ranks) {
  if (ranks == 1 || rows <= kManyRows) return 1;
  const std::uint64_t most = std::min(round_tokens * ranks / rows, round_tokens / kLeastTokens);
  return std::max(kEarlyTimes, checked_cast<std::uint32_t>(most / kEarlyTimes) * kEarlyTimes);
}

// Up to so many ranks of skip-gram are few: they need no more meetings in a run of few epochs.
constexpr std::uint64_t kFewRanks = 4;

// Of the whole run: rows that it trains seldom must meet often. `tokens_a_row` are those of all ranks and epochs. For
// 50,000 articles (430) 20 are enough, but not for many ranks of skip-gram that start from nothing, which need 80.
double sparse_rounds(const SyncCase& what, double tokens_a_row) {
  constexpr double kRounds = 184000, kOfManySkipGram = 1700;
  const double of_any = kRounds / std::pow(tokens_a_row, 1.5);
  const bool is_many = what.ranks > static_cast<int>(kFewRanks) && what.architecture == Architecture::kSkipGram;
  if (!is_many || what.start != RowStart::kRandom) return of_any;
  return std::max(of_any, kOfManySkipGram / std::sqrt(tokens_a_row));
}

// Few: it is the most frequent that drift apart (docs/adr/0002).
std::size_t hot_rows_of(std::size_t rows) {
  constexpr std::size_t kRowsPerHotRow = 192, kFewest = 16, kMost = 4096;
  return std::clamp(rows / kRowsPerHotRow, std::min(rows, kFewest), kMost);
}

}  // namespace

std::uint32_t RoundsPlan::early_times() const {
  for (const std::uint32_t times : {asked_early_times, kEarlyTimes, 3U, 2U})
    if (hot_syncs % times == 0) return times;
  return 1;
}

RoundsPlan sync_need(const SyncCase& what) {
  const std::uint64_t tokens = what.tokens, rows = what.rows, ranks = static_cast<std::uint64_t>(what.ranks);
  // Tokens a row that all ranks together train between two synchronisations, which cost as much as some tokens for each
  // row. Two ranks drift apart less: at 22 they lose nothing, at 42 a little. More ranks of skip-gram lose the head's
  // recall if they meet oftener, and at 40 that of rare articles.
  constexpr std::uint64_t kOfTwoRanks = 22, kOfCbow = 15, kOfSkipGram = 25;
  // A small model is synchronised in no time, so it is synchronised as often as is enough for any; of a larger one
  // the frequent rows meet often, and all of them the more rarely the more there are.
  constexpr std::uint64_t kCheapSquare = 5000000000, kMostCheapRounds = 320;
  constexpr double kMostSparseRounds = 160;
  if (ranks == 1 || rows == 0 || tokens == 0) return {};
  const std::uint64_t of_more = what.architecture == Architecture::kSkipGram ? kOfSkipGram : kOfCbow;
  const std::uint64_t tokens_a_row = ranks == 2 ? kOfTwoRanks : of_more;
  const std::uint64_t drift = tokens / std::max(kLeastTokens, tokens_a_row * rows / ranks) + 1;
  const double tokens_of_run = static_cast<double>(tokens * ranks) * what.epochs / static_cast<double>(rows);
  const double sparse = sparse_rounds(what, tokens_of_run) / what.epochs;
  const std::uint64_t few = std::max(std::min(kCheapSquare / (rows * rows), kMostCheapRounds),
                                     static_cast<std::uint64_t>(std::min(sparse, kMostSparseRounds)));
  RoundsPlan need{.rounds = checked_cast<std::uint32_t>(std::max(drift, few))};
  need.hot_rows = hot_rows_of(what.rows);
  need.asked_early_times = what.architecture == Architecture::kSkipGram ? kEarlyTimesOfSkipGram : kEarlyTimes;
  return need;
}

namespace {

// Until a model has trained so many tokens a row, its rows take their directions, and ranks that do not meet take
// different ones: later meetings do not bring back what that costs. Measured: docs/adr/0002.
constexpr double kEarlyTokensPerRow = 160;

std::uint32_t early_epochs(double tokens_a_row, std::uint32_t epochs) {
  return static_cast<std::uint32_t>(
      std::min(std::ceil(kEarlyTokensPerRow / tokens_a_row), static_cast<double>(epochs)));
}

// Parallel changes of short rounds are steps after each other, which add; those of long rounds are rather the same step
// taken by each rank. How far rows get in a round grows with the rate and with the steps that all ranks make a row. For
// rounds of a quarter of a token a row, as Wikispeedia's, simple sums are just too much for 16 ranks, and a quarter of
// the correction is enough. There the row of an average token has ten times the tokens of an average row: where it has
// more, few rows get as far as all would otherwise. CBOW, whose contexts each take the whole gradient of their mean,
// needs all of the correction: docs/adr/0002.
float adasum_correction(const TrainParams& params, double tokens_a_row, double tokens_alike) {
  constexpr double kFar = 1.5, kTimesTheMean = 10;
  if (params.architecture != Architecture::kSkipGram) return 1;
  const double steps = std::max(tokens_a_row, tokens_alike / kTimesTheMean) * params.window * (1 + params.negatives);
  return static_cast<float>(std::min(1.0, params.learning_rate * steps / kFar));
}

// Longer changes of output rows, which all take part in the negative samples of all ranks, leave less in common to the
// input rows of skip-gram, whose cosines then tell more of the rest. Two ranks lose nothing without. Rare articles of
// eight ranks lose too much by it; five to seven, not measured, are taken to be like those, and warm starts, whose rows
// have their common part already, stay as they were. Measured: docs/adr/0002.
float longest_output_correction(Architecture architecture, std::size_t ranks, RowStart rows) {
  constexpr float kOfFourRanks = 0.85F;
  const bool is_few = architecture == Architecture::kSkipGram && ranks > 2 && ranks <= kFewRanks;
  return is_few && rows == RowStart::kRandom ? kOfFourRanks : 1;
}

// About ten seconds: a request to stop waits for the end of the round.
constexpr std::uint64_t kMostTokens = 20000000;

}  // namespace

std::uint64_t most_round_tokens(const ModelShape& shape, std::size_t ranks) {
  constexpr std::uint64_t kSmallModel = std::uint64_t{2} << 30, kLeastBudget = std::uint64_t{1} << 29;  // bytes
  const std::uint64_t rows = shape.input_rows + shape.output_rows, row_bytes = padded_dim(shape.dim) * sizeof(float);
  if (ranks == 1 || rows * row_bytes <= kSmallModel) return kMostTokens;
  const std::uint64_t budget = std::max(kLeastBudget, rows * row_bytes / 10);
  return std::min(kMostTokens, budget / row_bytes * 2 / 5);  // 2.5 rows a token: an estimate for sessions of five pages
}

double tokens_alike(std::span<const std::uint64_t> counts) {
  double sum = 0, squares = 0;
  for (const std::uint64_t count : counts) {
    sum += static_cast<double>(count);
    squares += static_cast<double>(count) * static_cast<double>(count);
  }
  return sum > 0 ? squares / sum : 0;
}

RoundsPlan plan_rounds(const SyncParams& sync, std::span<const std::uint64_t> tokens, const ModelShape& shape,
                       const TrainParams& params, double tokens_alike) {
  const std::uint64_t largest = std::ranges::max(tokens);
  RoundsPlan plan = sync_need({.tokens = largest,
                               .rows = shape.input_rows,
                               .ranks = static_cast<int>(tokens.size()),
                               .epochs = params.epochs,
                               .architecture = params.architecture,
                               .start = sync.rows});
  const std::uint64_t most = sync.round_tokens > 0 ? sync.round_tokens : most_round_tokens(shape, tokens.size());
  plan.rounds = rounds_per_epoch(tokens, most, sync.min_rounds > 0 ? sync.min_rounds : plan.rounds);
  plan.hot_syncs =
      sync.hot_syncs > 0 ? sync.hot_syncs : hot_syncs_of(largest / plan.rounds, shape.input_rows, tokens.size());
  // Negative samples alone touch four fifths of the rows then.
  if (largest / plan.rounds >= shape.input_rows) plan.copies = RankCopies::kReplica;
  const double rows = static_cast<double>(shape.input_rows);
  const double tokens_a_row =
      static_cast<double>(std::accumulate(tokens.begin(), tokens.end(), std::uint64_t{0})) / rows;
  plan.input_correction = adasum_correction(params, tokens_a_row / plan.rounds, tokens_alike / plan.rounds);
  plan.output_correction =
      std::min(plan.input_correction, longest_output_correction(params.architecture, tokens.size(), sync.rows));
  // Rounds with fewer are short enough, and of a model that has little memory for its rounds.
  const bool is_dense = tokens_a_row >= plan.rounds;
  if (tokens.size() > 1 && is_dense && sync.rows == RowStart::kRandom)
    plan.early_epochs = early_epochs(tokens_a_row, params.epochs);
  return plan;
}

std::vector<std::size_t> slice_bounds(std::span<const std::uint64_t> offsets, std::uint32_t rounds) {
  const std::size_t sequences = offsets.empty() ? 0 : offsets.size() - 1;
  std::vector<std::size_t> bounds(rounds + std::size_t{1}, sequences);
  bounds.front() = 0;
  for (std::uint32_t r = 1; r < rounds && sequences > 0; ++r) {
    // In two parts, since tokens * rounds may exceed 64 bits.
    const std::uint64_t tokens = offsets.back();
    const std::uint64_t goal = tokens / rounds * r + tokens % rounds * r / rounds;
    const auto at = std::lower_bound(offsets.begin(), offsets.end() - 1, goal);
    bounds[r] = static_cast<std::size_t>(at - offsets.begin());
  }
  return bounds;
}

}  // namespace linktrail::dist
