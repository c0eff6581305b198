#include "dist/corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/hash.h"
#include "corpus/flat_files.h"
#include "corpus/packed_corpus.h"
#include "corpus/shard_plan.h"
#include "corpus/vocabulary_index.h"
#include "dist/input_files.h"
#include "dist/rebalance.h"
#include "dist/shuffle.h"
#include "dist/vocabulary.h"

namespace linktrail::dist {

namespace {

// What one rank parsed: local ids, because the vocabulary is not known yet.
struct Parsed {
  Interner interner;
  Sequences<LocalId> sequences;
  std::vector<Qid> articles;
  std::vector<PieceRun> runs;
  std::uint64_t input = 0;     // lines or rows
  std::uint64_t left_out = 0;  // held-out sessions; rows without QID
  std::uint64_t not_kept = 0;  // rows that keep_article refused

  std::vector<Qid> waiting;  // of the last sequences: to be interned together, for sessions are short

  void append(std::span<const Qid> qids) {
    waiting.insert(waiting.end(), qids.begin(), qids.end());
    sequences.offsets.push_back(sequences.offsets.back() + qids.size());
    if (waiting.size() >= kManyQids) intern_waiting();
  }

  void intern_waiting() {
    const std::size_t before = sequences.tokens.size();
    sequences.tokens.resize(before + waiting.size());
    interner.intern(waiting, std::span(sequences.tokens).subspan(before));
    waiting.clear();
  }

 private:
  static constexpr std::size_t kManyQids = 16 * Interner::kBatch;
};

// Reads the pieces of this rank one after the other: parse(lines, file) appends to `parsed`.
template <class Parse>
void parse_pieces(std::span<const InputFile> files, const comm::Communicator& comm, Parsed& parsed, Parse&& parse) {
  const ShardPlan plan = plan_shards(files, comm.size());
  for (const std::size_t i : plan.of_rank[static_cast<std::size_t>(comm.rank())]) {
    const std::size_t before = parsed.sequences.size();
    LineReader lines(files[plan.pieces[i].file], plan.pieces[i]);
    parse(lines, plan.pieces[i].file);
    parsed.runs.push_back({i, parsed.sequences.size() - before, 0});
  }
  parsed.intern_waiting();
}

Parsed parse_sessions(std::span<const InputFile> files, const LoadParams& params, const comm::Communicator& comm) {
  Parsed parsed;
  parse_pieces(files, comm, parsed, [&](LineReader& lines, std::size_t) {
    read_sessions(lines, [&](std::span<const Qid> session) {
      ++parsed.input;
      const bool held_out = is_held_out(session, params.holdout_fraction);
      if (held_out) ++parsed.left_out;
      if (held_out == (params.part == SessionPart::kHeldOut)) parsed.append(session);
    });
  });
  return parsed;
}

Parsed parse_links(std::span<const InputFile> files, std::span<const LinkColumns> columns, const LinkLoadParams& params,
                   const comm::Communicator& comm) {
  Parsed parsed;
  parse_pieces(files, comm, parsed, [&](LineReader& lines, std::size_t file) {
    read_links(lines, columns[file], [&](const LinkRow& row) {
      ++parsed.input;
      if (row.qid_from == kNoQid) {
        ++parsed.left_out;
        return;
      }
      if (params.keep_article && !params.keep_article(row.qid_from)) {
        ++parsed.not_kept;
        return;
      }
      parsed.append(row.outlinks);
      parsed.articles.push_back(row.qid_from);
    });
  });
  return parsed;
}

// Drops sequences shorter than `min_tokens` in place and fills in the runs. Returns how many were dropped.
std::uint64_t compact(TokenSequences& sequences, std::vector<PieceRun>& runs, std::size_t min_tokens) {
  std::uint64_t kept_tokens = 0, begin = 0;
  std::size_t read = 0, kept = 0;
  for (PieceRun& run : runs) {
    const std::size_t end_of_run = read + run.records;
    run.records = run.tokens = 0;
    for (; read < end_of_run; ++read) {
      const std::uint64_t end = sequences.offsets[read + 1], length = end - begin;
      if (length >= min_tokens) {
        std::copy_n(sequences.tokens.begin() + static_cast<std::ptrdiff_t>(begin), length,
                    sequences.tokens.begin() + static_cast<std::ptrdiff_t>(kept_tokens));
        kept_tokens += length;
        sequences.offsets[++kept] = kept_tokens;
        ++run.records;
        run.tokens += length;
      }
      begin = end;
    }
  }
  const std::uint64_t dropped = sequences.size() - kept;
  sequences.offsets.resize(kept + 1);
  sequences.tokens.resize(kept_tokens);
  return dropped;
}

// What the two kinds of corpus share, from the parsed text on.
struct Loaded {
  Vocabulary vocabulary;
  BalancedRecords balanced;
  std::uint64_t input = 0, left_out = 0, not_kept = 0, input_tokens = 0, dropped = 0;  // over all ranks
};

struct Finish {
  std::optional<Vocabulary> vocabulary;  // counted if absent
  std::uint64_t min_count = 1;
  std::size_t min_tokens = 0;
  const char* record = "";     // "session", for messages
  const char* left_out = "";   // why records of the input were left out
  std::string none_kept = {};  // why no record at all may have been kept
  std::span<const std::string> inputs;
  WhenEmpty when_empty = WhenEmpty::kRefuse;
  ShuffleSeed shuffle_seed;
};

void refuse_empty_input(const Loaded& loaded, const Finish& finish) {
  if (finish.when_empty == WhenEmpty::kReturnNothing) return;
  const std::string names = fmt::format("{}", fmt::join(finish.inputs, ", "));
  if (loaded.input == 0)
    throw InputError(
        fmt::format("{}: the input is empty; expected at least one {} in a flat file, found none; check "
                    "that the export finished",
                    names, finish.record));
  if (!finish.none_kept.empty() && loaded.not_kept > 0 && loaded.not_kept + loaded.left_out == loaded.input)
    throw InputError(fmt::format("{}: no {} is left of {}: {}", names, finish.record, loaded.input, finish.none_kept));
  if (loaded.input_tokens == 0)
    throw InputError(fmt::format("{}: no token is left of {} {}s, of which {} are {}; check the input and the flags",
                                 names, loaded.input, finish.record, loaded.left_out, finish.left_out));
}

void refuse_empty_vocabulary(const Loaded& loaded, const Finish& finish) {
  if (finish.when_empty == WhenEmpty::kReturnNothing) return;
  const std::string names = fmt::format("{}", fmt::join(finish.inputs, ", "));
  if (loaded.vocabulary.empty())
    throw InputError(
        fmt::format("{}: every one of the {} tokens is below min-count; expected some article to occur at "
                    "least {} times; lower --min-count or give more input",
                    names, loaded.input_tokens, finish.min_count));
  if (loaded.balanced.total_records == 0)
    throw InputError(
        fmt::format("{}: none of {} {}s has {} known articles (min-count {}, vocabulary {}); lower "
                    "--min-count or give more input",
                    names, loaded.input, finish.record, finish.min_tokens, finish.min_count, loaded.vocabulary.size()));
}

Loaded finish_loading(Parsed parsed, Finish finish, const comm::Communicator& comm) {
  Loaded loaded;
  std::array<std::uint64_t, 4> sums{parsed.input, parsed.left_out, parsed.not_kept, parsed.sequences.tokens.size()};
  comm::all_reduce<std::uint64_t>(std::span<std::uint64_t>(sums), comm::ReduceOp::kSum, comm);
  loaded.input = sums[0];
  loaded.left_out = sums[1];
  loaded.not_kept = sums[2];
  loaded.input_tokens = sums[3];
  comm::agreed(comm, [&] { refuse_empty_input(loaded, finish); });

  loaded.vocabulary = finish.vocabulary ? std::move(*finish.vocabulary)
                                        : count_vocabulary(parsed.interner.counts(), finish.min_count, comm);
  const std::uint64_t dropped = comm::agreed(comm, [&] {
    apply_vocabulary(parsed.sequences, VocabularyIndex(loaded.vocabulary).find_all(parsed.interner.counts()));
    parsed.interner = {};
    return compact(parsed.sequences, parsed.runs, finish.min_tokens);
  });
  loaded.dropped = comm::all_reduce<std::uint64_t>(dropped, comm::ReduceOp::kSum, comm);
  OrderedRecords ordered{{std::move(parsed.sequences), std::move(parsed.articles)}, std::move(parsed.runs)};
  if (finish.shuffle_seed) ordered = shuffle(std::move(ordered), *finish.shuffle_seed, comm);
  loaded.balanced = rebalance(std::move(ordered.records), ordered.runs, comm);
  comm::agreed(comm, [&] { refuse_empty_vocabulary(loaded, finish); });
  return loaded;
}

CorpusBase corpus_of(Loaded& loaded) {
  return {.vocabulary = std::move(loaded.vocabulary),
          .sequences = std::move(loaded.balanced.records.sequences),
          .first_record = loaded.balanced.first_record,
          .total_records = loaded.balanced.total_records,
          .total_tokens = loaded.balanced.total_tokens};
}

SessionCorpus load_sessions(std::optional<Vocabulary> vocabulary, const LoadParams& params,
                            const comm::Communicator& comm) {
  const std::vector<InputFile> files = expand_inputs_on_root(params.inputs, comm);
  Parsed parsed = comm::agreed(comm, [&] { return parse_sessions(files, params, comm); });
  Loaded loaded = finish_loading(std::move(parsed),
                                 {.vocabulary = std::move(vocabulary),
                                  .min_count = params.min_count,
                                  .min_tokens = 2,
                                  .record = "session",
                                  .left_out = "held out",
                                  .inputs = params.inputs,
                                  .when_empty = params.when_empty,
                                  .shuffle_seed = params.shuffle_seed},
                                 comm);
  return {corpus_of(loaded), loaded.input, loaded.input_tokens, loaded.left_out, loaded.dropped};
}

std::vector<LinkColumns> read_headers_on_root(std::span<const InputFile> files, const comm::Communicator& comm) {
  std::vector<LinkColumns> columns;
  comm::agreed_on_root(comm, [&] {
    for (const InputFile& file : files) columns.push_back(read_link_header(file));
  });
  return comm::broadcast(std::move(columns), 0, comm);
}

std::uint64_t count_empty(const TokenSequences& sequences) {
  std::uint64_t empty = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) empty += sequences[i].empty() ? 1 : 0;
  return empty;
}

LinkCorpus load_links(std::optional<Vocabulary> vocabulary, const LinkLoadParams& params,
                      const comm::Communicator& comm) {
  const std::vector<InputFile> files = expand_inputs_on_root(params.inputs, comm);
  const std::vector<LinkColumns> columns = read_headers_on_root(files, comm);
  Parsed parsed = comm::agreed(comm, [&] { return parse_links(files, columns, params, comm); });
  Loaded loaded = finish_loading(std::move(parsed),
                                 {.vocabulary = std::move(vocabulary),
                                  .min_count = params.min_count,
                                  .min_tokens = 0,
                                  .record = "row",
                                  .left_out = "without QID",
                                  .none_kept = params.none_kept,
                                  .inputs = params.inputs,
                                  .when_empty = params.when_empty,
                                  .shuffle_seed = params.shuffle_seed},
                                 comm);
  const std::uint64_t empty = count_empty(loaded.balanced.records.sequences);
  LinkCorpus corpus;
  static_cast<CorpusBase&>(corpus) = corpus_of(loaded);
  corpus.articles = std::move(loaded.balanced.records.articles);
  corpus.input_rows = loaded.input;
  corpus.input_links = loaded.input_tokens;
  corpus.rows_without_qid = loaded.left_out;
  corpus.rows_not_kept = loaded.not_kept;
  corpus.empty_rows = comm::all_reduce<std::uint64_t>(empty, comm::ReduceOp::kSum, comm);
  return corpus;
}

}  // namespace

SessionCorpus load_sessions(const LoadParams& params, const comm::Communicator& comm) {
  return load_sessions(std::nullopt, params, comm);
}

SessionCorpus load_sessions_with(Vocabulary vocabulary, const LoadParams& params, const comm::Communicator& comm) {
  return load_sessions(std::optional(std::move(vocabulary)), params, comm);
}

LinkCorpus load_links(const LinkLoadParams& params, const comm::Communicator& comm) {
  return load_links(std::nullopt, params, comm);
}

LinkCorpus load_links_with(Vocabulary vocabulary, const LinkLoadParams& params, const comm::Communicator& comm) {
  return load_links(std::optional(std::move(vocabulary)), params, comm);
}

}  // namespace linktrail::dist
