// The corpus over all ranks: text is parsed once, by whoever the shard plan says, then every rank holds an
// equal, contiguous run of the globally numbered records in binary.
//
// Records, their numbers and the vocabulary depend on the input alone, never on the number of ranks.
// All functions are collective and throw comm::AgreedError on every rank: exit code 3 for missing, empty
// or malformed input and for a vocabulary that min_count leaves empty.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "core/ids.h"
#include "core/sequences.h"
#include "corpus/vocabulary.h"

namespace linktrail::dist {

// Seed of the order of records, for input that comes sorted (a dump by page, WordNet by part of speech): training in
// that order would learn the last part best, and each rank another part. Without a seed the order is the input's.
using ShuffleSeed = std::optional<std::uint64_t>;

enum class SessionPart { kTraining, kHeldOut };

// What an input means that leaves nothing to work on: a fault for training, an empty corpus for evaluation.
enum class WhenEmpty { kRefuse, kReturnNothing };

struct LoadParams {
  std::vector<std::string> inputs;  // files, folders, globs
  std::uint64_t min_count = 5;      // occurrences of an article over all ranks, in the part that is kept
  double holdout_fraction = 0;      // of the sessions, in [0, 1), chosen by core's is_held_out
  SessionPart part = SessionPart::kTraining;
  WhenEmpty when_empty = WhenEmpty::kRefuse;
  ShuffleSeed shuffle_seed = std::nullopt;
};

struct CorpusBase {
  Vocabulary vocabulary;     // the same on every rank
  TokenSequences sequences;  // here: records first_record .. first_record + sequences.size() - 1
  std::uint64_t first_record = 0;
  std::uint64_t total_records = 0;  // over all ranks
  std::uint64_t total_tokens = 0;   // of those
};

// The sessions of one part with at least two known articles.
struct SessionCorpus : CorpusBase {
  std::uint64_t input_sessions = 0;  // non-empty lines of the input
  std::uint64_t input_tokens = 0;    // of the part that is kept, before min_count
  std::uint64_t held_out_sessions = 0;
  std::uint64_t short_sessions = 0;  // of the part: fewer than two known articles, so nothing to learn from
};

// Collective. Counts the vocabulary in the kept part only.
SessionCorpus load_sessions(const LoadParams& params, const comm::Communicator& comm);

// Collective. With a vocabulary that all ranks have already; params.min_count is not used.
SessionCorpus load_sessions_with(Vocabulary vocabulary, const LoadParams& params, const comm::Communicator& comm);

struct LinkLoadParams {
  std::vector<std::string> inputs;
  std::uint64_t min_count = 5;  // occurrences of an article among all outlinks of the rows that are kept
  std::function<bool(Qid)> keep_article = nullptr;  // whose rows are kept; all if empty. A pure function of the QID
  std::string none_kept = {};                       // why keep_article may refuse every row, for the message
  WhenEmpty when_empty = WhenEmpty::kRefuse;
  ShuffleSeed shuffle_seed = std::nullopt;
};

// A sequence is a row: the known outlinks, maybe none, of an article in one wiki.
struct LinkCorpus : CorpusBase {
  std::vector<Qid> articles;  // one a row: whose outlinks they are; an article has a row for each of its wikis
  std::uint64_t input_rows = 0;
  std::uint64_t input_links = 0;       // of rows with a QID, before min_count
  std::uint64_t rows_without_qid = 0;  // left out: their vector would belong to no article
  std::uint64_t rows_not_kept = 0;     // left out by keep_article
  std::uint64_t empty_rows = 0;        // rows with a QID and no known outlink; they are among the records
};

// Collective. Rows of all wikis; the header of every file is checked first.
LinkCorpus load_links(const LinkLoadParams& params, const comm::Communicator& comm);

// Collective. With the vocabulary of an existing model; params.min_count is not used.
LinkCorpus load_links_with(Vocabulary vocabulary, const LinkLoadParams& params, const comm::Communicator& comm);

}  // namespace linktrail::dist
