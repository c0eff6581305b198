// The table of subcommands; a new stage is a new line here.
#include <fmt/ranges.h>

#include <algorithm>

#include "mpi_jobs/command.h"

namespace linktrail::jobs {

namespace {

constexpr const char* kStages = "Stages";
constexpr const char* kResults = "Results";
constexpr const char* kTestData = "Input to try things on";

constexpr const char* kSnapshotNotes =
    "Stages that are done and unchanged are skipped, so the same command goes on after a stop.\n"
    "Example: mpirun -n 16 linktrail snapshot configs/monthly.toml";

constexpr const char* kCollectPageviewsNotes =
    "Columns by name: actor, timestamp, wiki_db or project, page_id; namespace, agent_type, access_method and\n"
    "is_pageview where present. docs/operations.md has the query that exports them, and every rule.\n"
    "Example: mpirun -n 16 linktrail collect pageviews --input 'log/*.gz' --qids page_qids.tsv.gz --output sessions";

constexpr const char* kCollectClickstreamNotes =
    "Example: linktrail collect clickstream --input clickstream-enwiki-2026-10.tsv.gz --titles titles.tsv.gz\n"
    "         --output sessions --sessions 10000000";

constexpr const char* kCollectPagelinksNotes =
    "Needs no more memory than --memory: what does not fit goes to --scratch.\n"
    "Example: mpirun -n 8 linktrail collect pagelinks --dumps dumps --wikis enwiki,dewiki --output flat --memory 16";

constexpr const char* kTrainReaderNotes =
    "Example: mpirun -n 8 linktrail train reader --input 'sessions/*.gz' --output models/reader --dim 64";

constexpr const char* kTrainLinksNotes =
    "Writes the model only; the vectors of articles are made by linktrail embed links.\n"
    "Example: mpirun -n 8 linktrail train links --input 'pagelinks/*.gz' --labels labels.tsv --output models/links";

constexpr const char* kEmbedReaderNotes =
    "Example: linktrail embed reader --model models/reader --output vectors/reader";

constexpr const char* kEmbedLinksNotes =
    "Example: linktrail embed links --model models/links --input 'pagelinks/*.gz' --output models/links";

constexpr const char* kIndexNotes =
    "Example: mpirun -n 8 linktrail index --input models/reader/embeddings.h5 --output models/reader/index.hnsw";

constexpr const char* kEvaluateNotes =
    "Prints a table of what the given files allow: index recall needs --index, label agreement --labels,\n"
    "next-article recall --sessions and --holdout, F1 --model, --pagelinks, --labels and --holdout.\n"
    "Example: linktrail evaluate --embeddings models/reader/embeddings.h5 --labels labels.tsv";

constexpr const char* kQueryNotes =
    "Prints tab-separated columns: QID, cosine similarity, title (empty if the snapshot has none).\n"
    "The first line is the article itself, then k neighbours, nearest first.\n"
    "Example: linktrail query snapshots/current --model links --qid Q42 -k 10";

constexpr const char* kInspectNotes =
    "A snapshot: evaluation table and files, each held against its SHA-256; exit code 3 if one differs.\n"
    "An HDF5 file: attributes and shapes. An index: nodes, dimension, M, levels.\n"
    "Example: linktrail inspect snapshots/current";

constexpr const char* kExportNotes =
    "Prints the line of Python that opens what was written.\n"
    "Example: linktrail export --input snapshots/current/reader/embeddings.h5 --output reader.vec";

constexpr const char* kWalkNotes =
    "Example: linktrail simulate walk --input 'pagelinks/*' --output sessions.txt --sessions 1000000";

}  // namespace

const std::vector<Registered>& registry() {
  static const std::vector<Registered> commands{
      {{"snapshot"}, kStages, "all stages for both models, published as one snapshot", kSnapshotNotes, make_snapshot},
      {{"collect", "pageviews"},
       kStages,
       "sessions from exported pageview logs",
       kCollectPageviewsNotes,
       make_collect_pageviews},
      {{"collect", "clickstream"},
       kStages,
       "sessions walked over the public clickstream",
       kCollectClickstreamNotes,
       make_collect_clickstream},
      {{"collect", "pagelinks"},
       kStages,
       "from SQL dumps to flat files of links, titles and page ids",
       kCollectPagelinksNotes,
       make_collect_pagelinks},
      {{"train", "reader"}, kStages, "train embeddings on reader sessions", kTrainReaderNotes, make_train_reader},
      {{"train", "links"}, kStages, "train the link model on pagelinks", kTrainLinksNotes, make_train_links},
      {{"embed", "reader"},
       kStages,
       "write the embeddings of a trained reader model",
       kEmbedReaderNotes,
       make_embed_reader},
      {{"embed", "links"},
       kStages,
       "write a vector for every article from its links",
       kEmbedLinksNotes,
       make_embed_links},
      {{"index"}, kStages, "build one HNSW index over all ranks", kIndexNotes, make_index},
      {{"evaluate"}, kStages, "measure embeddings and index", kEvaluateNotes, make_evaluate},
      {{"query"}, kResults, "print the neighbours of an article", kQueryNotes, make_query},
      {{"inspect"}, kResults, "describe and check a snapshot or a file", kInspectNotes, make_inspect},
      {{"export"}, kResults, "write embeddings in another tool's format", kExportNotes, make_export},
      {{"simulate", "world"}, kTestData, "articles with planted topics, of any number", "", make_simulate_world},
      {{"simulate", "wordnet"}, kTestData, "WordNet's synsets as articles", "", make_simulate_wordnet},
      {{"simulate", "walk"}, kTestData, "sessions walked over real pagelinks", kWalkNotes, make_simulate_walk},
      {{"simulate", "pageviews"}, kTestData, "pageview logs and a page-to-QID table", "", make_simulate_pageviews},
      {{"simulate", "dumps"}, kTestData, "SQL dumps of wikis, in both schemas", "", make_simulate_dumps},
  };
  return commands;
}

void refuse_unknown_command(const std::vector<std::string>& words) {
  std::string before;  // the commands that agree so far, and what may follow
  for (std::size_t depth = 0; depth < words.size() && !words[depth].starts_with("-"); ++depth) {
    std::vector<std::string> known;
    for (const Registered& entry : registry()) {
      const bool agrees =
          entry.path.size() > depth &&
          std::equal(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(depth), entry.path.begin());
      if (agrees && (known.empty() || known.back() != entry.path[depth])) known.push_back(entry.path[depth]);
    }
    if (known.empty()) return;  // the command is complete
    if (std::find(known.begin(), known.end(), words[depth]) == known.end())
      throw UsageError(fmt::format("{}unknown command '{}'; known: {}; see linktrail {}--help", before,
                                   printable(words[depth]), fmt::join(known, ", "),
                                   before.empty() ? "" : words[0] + " "));
    before = words[0] + ": ";
  }
}

std::string group_help(const std::string& group) {
  if (group == "collect") return "from raw logs and dumps to flat files: pageviews, clickstream or pagelinks";
  if (group == "train") return "train a model: reader (on sessions) or links (on pagelinks)";
  if (group == "embed") return "from a trained model to a vector for every article: reader or links";
  if (group == "simulate") return "make flat files: world, wordnet or walk; or raw ones: pageviews or dumps";
  return {};
}

}  // namespace linktrail::jobs
