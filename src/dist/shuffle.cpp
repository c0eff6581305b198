#include "dist/shuffle.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "core/permutation.h"

namespace linktrail::dist {

namespace {

// Where a record goes, and where it lies among the records here.
struct Place {
  std::uint64_t to = 0;
  std::uint64_t from = 0;
};

struct GlobalNumbers {
  std::vector<std::uint64_t> of_run;  // of the first record of each run here
  std::uint64_t total = 0;
};

GlobalNumbers number_records(const std::vector<PieceRun>& runs, std::vector<PieceRun> all) {
  std::sort(all.begin(), all.end(), [](const PieceRun& a, const PieceRun& b) { return a.piece < b.piece; });
  GlobalNumbers numbers;
  auto mine = runs.begin();
  for (const PieceRun& run : all) {
    if (mine != runs.end() && mine->piece == run.piece) {
      numbers.of_run.push_back(numbers.total);
      ++mine;
    }
    numbers.total += run.records;
  }
  return numbers;
}

std::uint64_t count_records(const std::vector<PieceRun>& runs) {
  std::uint64_t records = 0;
  for (const PieceRun& run : runs) records += run.records;
  return records;
}

// By ascending place, so records for one rank are together.
std::vector<Place> places_of(const std::vector<PieceRun>& runs, const GlobalNumbers& numbers, std::uint64_t seed) {
  const RandomPermutation permutation(numbers.total, seed, RandomStage::kRecordOrder);
  std::vector<Place> places;
  places.reserve(count_records(runs));
  for (std::size_t r = 0; r < runs.size(); ++r)
    for (std::uint64_t i = 0; i < runs[r].records; ++i)
      places.push_back({permutation(numbers.of_run[r] + i), places.size()});
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.to < b.to; });
  return places;
}

// Records in the order that `places` gives, each from position Place::from.
Records gather_records(const Records& records, const std::vector<Place>& places) {
  Records ordered;
  ordered.sequences.offsets.reserve(places.size() + 1);
  ordered.sequences.tokens.reserve(records.sequences.tokens.size());
  for (const Place& place : places) ordered.sequences.append(records.sequences[place.from]);
  if (records.articles.empty()) return ordered;
  ordered.articles.reserve(places.size());
  for (const Place& place : places) ordered.articles.push_back(records.articles[place.from]);
  return ordered;
}

// What arrived from all ranks, record i for arrived[i].to, by ascending place.
Records in_order_of(std::vector<Place> arrived, Records records) {
  const auto before = [](const Place& a, const Place& b) { return a.to < b.to; };
  if (std::is_sorted(arrived.begin(), arrived.end(), before)) return records;  // all from one rank
  for (std::size_t i = 0; i < arrived.size(); ++i) arrived[i].from = i;
  std::sort(arrived.begin(), arrived.end(), before);
  return gather_records(records, arrived);
}

struct Counts {
  std::vector<std::uint64_t> records, tokens;  // for each rank
};

Counts count_by_rank(const Records& ordered, const std::vector<Place>& places, std::uint64_t total, int ranks) {
  Counts counts;
  counts.records.assign(static_cast<std::size_t>(ranks), 0);
  counts.tokens.assign(static_cast<std::size_t>(ranks), 0);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto to = static_cast<std::size_t>(rank_of_token(places[i].to, total, ranks));
    ++counts.records[to];
    counts.tokens[to] += ordered.sequences[i].size();
  }
  return counts;
}

}  // namespace

OrderedRecords shuffle(OrderedRecords ordered, std::uint64_t seed, const comm::Communicator& comm) {
  std::vector<PieceRun> all = comm::all_gather<PieceRun>(std::span<const PieceRun>(ordered.runs), comm);
  const GlobalNumbers numbers = number_records(ordered.runs, std::move(all));
  std::vector<Place> places;
  Counts counts;
  std::vector<std::uint32_t> lengths;
  comm::agreed(comm, [&] {
    places = places_of(ordered.runs, numbers, seed);
    ordered.records = gather_records(ordered.records, places);
    counts = count_by_rank(ordered.records, places, numbers.total, comm.size());
    lengths.reserve(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
      lengths.push_back(checked_cast<std::uint32_t>(ordered.records.sequences[i].size()));
  });

  const std::vector<std::uint64_t> nothing(counts.records.size(), 0);
  const auto& articles_to = ordered.records.articles.empty() ? nothing : counts.records;
  auto got_places = comm::all_to_all<Place>(std::move(places), counts.records, comm);
  const auto got_lengths = comm::all_to_all<std::uint32_t>(std::move(lengths), counts.records, comm);
  auto got_articles = comm::all_to_all<Qid>(std::move(ordered.records.articles), articles_to, comm);
  auto got_tokens = comm::all_to_all<TokenId>(std::move(ordered.records.sequences.tokens), counts.tokens, comm);
  ordered = {};  // what was sent: freed before the ordered copy grows

  return comm::agreed(comm, [&] {
    Records received{{.offsets = {0}, .tokens = std::move(got_tokens.data)}, std::move(got_articles.data)};
    received.sequences.offsets.reserve(got_lengths.data.size() + 1);
    for (const std::uint32_t length : got_lengths.data)
      received.sequences.offsets.push_back(received.sequences.offsets.back() + length);
    OrderedRecords shuffled{in_order_of(std::move(got_places.data), std::move(received)), {}};
    shuffled.runs.push_back({static_cast<std::uint64_t>(comm.rank()), shuffled.records.sequences.size(),
                             shuffled.records.sequences.tokens.size()});
    return shuffled;
  });
}

}  // namespace linktrail::dist
