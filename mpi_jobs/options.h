// The options of every stage, described once.
//
// Each struct has a fields() that names its options; from that one table come the command-line flags, the keys of the
// TOML section, --dump-config, and the configuration recorded in every output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dist/index.h"
#include "dist/training.h"
#include "embedding/document_vector.h"
#include "embedding/params.h"
#include "index/params.h"
#include "simulate/walk.h"
#include "simulate/wordnet_files.h"
#include "simulate/world_files.h"

namespace linktrail::jobs {

enum class Resume { kAuto, kNever };

// What the link model learns to predict: topics give the vectors of the model in use, links those of articles alike.
enum class LinkObjective { kAuto, kLabels, kLinks };

// How links without labels are learnt: step by step from samples of each row, or from the link matrix as a whole.
enum class LinkMethod { kAuto, kBag, kSpectral };

// What every command takes.
struct CommonOptions {
  std::string config;
  std::uint64_t seed = 1;
  Resume resume = Resume::kAuto;
  std::string progress = "auto";
};

struct TrainOptions {
  std::vector<std::string> input;
  std::string output;
  TrainParams params;          // its learning_rate is set from `rate`
  std::optional<double> rate;  // nothing: what suits the task
  dist::SyncParams sync;
  double holdout = 0;
  double checkpoint_minutes = 10;
  std::string init_from;          // empty: from initial rows
  std::uint32_t warm_epochs = 0;  // epochs with init_from; 0: params.epochs
  std::string align_to;           // empty: as trained
};

struct ReaderTrainOptions : TrainOptions {
  std::vector<std::string> labels;  // nothing is trained on them
};

struct LinkTrainOptions : TrainOptions {
  LinkTrainOptions() { params.window = 20; }  // the links of an article are a set: docs/adr/0005 has the measurement

  std::vector<std::string> labels;  // train supervised on them
  LinkObjective objective = LinkObjective::kAuto;
  LinkMethod method = LinkMethod::kAuto;
};

struct EmbedOptions {
  std::string model = {};
  std::vector<std::string> input = {};
  std::string output = {};
  LinkBag links = LinkBag::kUnion;  // each link of an article once, however many wikis have it
};

struct IndexOptions {
  std::string input;
  std::string output;
  std::string compact;
  HnswParams hnsw;
  std::string neighbors;  // empty: none
  std::uint32_t neighbor_count = 10;
  std::uint32_t neighbor_ef = 40;
  dist::Sharding shards = dist::Sharding::kCells;
  SubIndexEngine engine = SubIndexEngine::kLeaf;
  RefineParams refine;
  std::string arrays;  // empty: none
};

// Whether evaluate counts the articles that have a vector, which reads all pagelinks again. Not an option of users:
// where the embeddings were just made of these pagelinks, embed has counted already.
enum class CoverageOf { kPagelinks, kNothing };

struct EvaluateOptions {
  CoverageOf coverage = CoverageOf::kPagelinks;
  std::string embeddings;
  std::string index;
  std::string model;
  std::string output;
  std::vector<std::string> sessions;
  std::vector<std::string> pagelinks;
  std::vector<std::string> labels;
  double holdout = 0;
  std::uint64_t queries = 10000;
  std::uint64_t pairs = 20000;
  std::uint32_t ef = 0;
};

struct QueryOptions {
  std::string snapshot;
  std::string model = "reader";
  std::string qid;
  std::string title;
  std::uint32_t k = 10;
  std::uint32_t ef = 0;
};

struct ExportOptions {
  std::string input;
  std::string output;
  std::string format = "word2vec";
};

struct WorldOptions {
  std::string output;
  FlatCompression compression = FlatCompression::kNone;
  WorldParams params;
};

struct WordnetOptions {
  std::string output;
  FlatCompression compression = FlatCompression::kNone;
  WordNetParams params;
};

struct WalkOptions {
  std::vector<std::string> input;
  std::string output;
  WalkParams params;
};

struct SnapshotInputs {
  std::vector<std::string> sessions;
  std::vector<std::string> pagelinks;
  std::vector<std::string> labels;
  std::vector<std::string> titles;
};

struct SnapshotOptions {
  std::string root = "snapshots";
  std::string name;
  std::vector<std::string> models = {"reader", "links"};
  double min_index_recall = 0.95;
};

// One option as users see it.
struct FieldInfo {
  const char* name;  // the flag without "--"; the TOML key has "_" for "-"
  const char* help;
  const char* value = "";    // what stands for the value in --help, where its type does not say it
  const char* heading = "";  // of --help; "" is the command's own, "Options"
};

template <class Visitor>
void fields(CommonOptions& o, Visitor&& v) {
  v(FieldInfo{"seed", "seed of every random choice"}, o.seed);
  v(FieldInfo{"resume", "continue from what is done, or start over"}, o.resume);
  v(FieldInfo{"progress", "how training shows its progress", "auto|bar|lines|off"}, o.progress);
}

inline constexpr const char* kTraining = "Training";
inline constexpr const char* kRanks = "Ranks and checkpoints";
inline constexpr const char* kEarlier = "Earlier models";

template <class Visitor>
void fields(TrainOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "flat files to train on: files, folders or globs"}, o.input);
  v(FieldInfo{"output", "folder for model.h5 and metrics.jsonl, and for the reader's embeddings.h5"}, o.output);
  v(FieldInfo{"model", "what predicts what: the contexts the centre, or the centre each context", "", kTraining},
    o.params.architecture);
  v(FieldInfo{"dim", "size of the vectors, 1-4096", "", kTraining}, o.params.dim);
  v(FieldInfo{"window", "largest distance of a context", "", kTraining}, o.params.window);
  v(FieldInfo{"negatives", "negative samples a target", "", kTraining}, o.params.negatives);
  v(FieldInfo{"epochs", "passes over the corpus", "", kTraining}, o.params.epochs);
  v(FieldInfo{"min-count", "drop articles seen fewer times", "", kTraining}, o.params.min_count);
  v(FieldInfo{"subsample", "share above which frequent articles are thinned out (fastText's t)", "", kTraining},
    o.params.subsample);
  v(FieldInfo{"lr", "learning rate at the start; falls linearly to 0 (auto: 0.5 for links with labels, else 0.05)", "",
              kTraining},
    o.rate);
  v(FieldInfo{"negative-exponent", "negatives are drawn by count to this power", "", kTraining},
    o.params.negative_exponent);
  v(FieldInfo{"sync", "how the changes of several ranks to a row are combined", "", kRanks}, o.sync.rule);
  v(FieldInfo{"round-tokens", "tokens, about, that a rank trains between two synchronisations at most; 0: by memory",
              "", kRanks},
    o.sync.round_tokens);
  v(FieldInfo{"min-rounds",
              "fewest synchronisations an epoch, if the share has as many tokens; 0: as many as quality needs", "",
              kRanks},
    o.sync.min_rounds);
  v(FieldInfo{"hot-syncs", "synchronisations of the most frequent rows for one of all rows; 0: as needed", "", kRanks},
    o.sync.hot_syncs);
  v(FieldInfo{"memory", "GiB of a node's memory that training may take; 0: what is free", "GIB", kRanks},
    o.sync.memory_gib);
  v(FieldInfo{"sync-values", "how values travel between nodes", "", kRanks}, o.sync.precision);
  v(FieldInfo{"holdout", "fraction kept from training, for evaluate: of sessions, or of articles (links)", "",
              kTraining},
    o.holdout);
  v(FieldInfo{"checkpoint-minutes", "minutes between checkpoints", "", kRanks}, o.checkpoint_minutes);
  v(FieldInfo{"init-from", "start from this snapshot, model folder, model.h5 or fastText .bin", "", kEarlier},
    o.init_from);
  v(FieldInfo{"warm-epochs", "passes over the corpus with --init-from; 0: as many as --epochs", "", kEarlier},
    o.warm_epochs);
  v(FieldInfo{"align-to", "turn the trained vectors onto those of this model, to compare months", "", kEarlier},
    o.align_to);
}

template <class Visitor>
void fields(ReaderTrainOptions& o, Visitor&& v) {
  fields(static_cast<TrainOptions&>(o), v);
  v(FieldInfo{"labels", "labels to measure the vectors by at the end: do neighbours share them?"}, o.labels);
}

template <class Visitor>
void fields(LinkTrainOptions& o, Visitor&& v) {
  fields(static_cast<TrainOptions&>(o), v);
  v(FieldInfo{"labels", "labels to train on, supervised"}, o.labels);
  v(FieldInfo{"objective", "what the link model predicts; auto: labels if there are any", "", kTraining}, o.objective);
  v(FieldInfo{"method", "how links are learnt without labels: in steps, or from the matrix of all links (auto: bag)",
              "", kTraining},
    o.method);
}

template <class Visitor>
void fields(EmbedOptions& o, Visitor&& v) {
  v(FieldInfo{"model", "folder of a trained model"}, o.model);
  v(FieldInfo{"input", "pagelinks files, folders or globs (links only)"}, o.input);
  v(FieldInfo{"output", "folder for embeddings.h5"}, o.output);
  v(FieldInfo{"links", "each link of an article once, or once a wiki that has it (links only)"}, o.links);
}

template <class Visitor>
void fields(IndexOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "embeddings.h5 to index"}, o.input);
  v(FieldInfo{"output", "index.hnsw to write"}, o.output);
  v(FieldInfo{"compact", "index.compact to write too, for machines with little memory"}, o.compact);
  v(FieldInfo{"m", "links of a node on upper levels; level 0 holds twice as many"}, o.hnsw.m);
  v(FieldInfo{"ef-construction", "candidates considered for each node of random shards; more is slower and better"},
    o.hnsw.ef_construction);
  v(FieldInfo{"neighbors", "neighbors.h5 to write: the nearest articles of every article"}, o.neighbors);
  v(FieldInfo{"neighbor-count", "nearest articles of each in neighbors.h5"}, o.neighbor_count);
  v(FieldInfo{"neighbor-ef", "ef of the searches for neighbors.h5; larger is slower and more exact"}, o.neighbor_ef);
  v(FieldInfo{"shards", "of neighbouring vectors (the same index for any number of ranks), or random, one a rank"},
    o.shards);
  v(FieldInfo{"engine",
              "what finds neighbours in a cell: exact products in leaves, or hnswlib (random shards: always)"},
    o.engine);
  v(FieldInfo{"refine", "beam of one more search around each node of a cell, for very large sets; 0: none"},
    o.refine.ef);
  v(FieldInfo{"arrays", "HDF5 file to write the graph to as arrays, beside the output"}, o.arrays);
}

template <class Visitor>
void fields(EvaluateOptions& o, Visitor&& v) {
  v(FieldInfo{"embeddings", "embeddings.h5 to measure"}, o.embeddings);
  v(FieldInfo{"index", "index.hnsw over the same embeddings"}, o.index);
  v(FieldInfo{"model", "folder of the trained link model, for F1 or recall of hidden links"}, o.model);
  v(FieldInfo{"output", "JSON file for the metrics"}, o.output);
  v(FieldInfo{"sessions", "sessions; their held-out part gives next-article recall and MRR"}, o.sessions);
  v(FieldInfo{"pagelinks", "pagelinks; their held-out articles give F1, or recall of hidden links"}, o.pagelinks);
  v(FieldInfo{"labels", "label files"}, o.labels);
  v(FieldInfo{"holdout", "the fraction that training held out; 1: training saw none of this input"}, o.holdout);
  v(FieldInfo{"queries", "articles sampled for index recall and label agreement"}, o.queries);
  v(FieldInfo{"pairs",
              "pairs sampled of held-out sessions' consecutive articles, or of held-out articles and hidden links"},
    o.pairs);
  v(FieldInfo{"ef", "ef of the index searches; 0: as wide as each query needs"}, o.ef);
}

template <class Visitor>
void fields(QueryOptions& o, Visitor&& v) {
  v(FieldInfo{"model", "which model to ask", "reader|links"}, o.model);
  v(FieldInfo{"qid", "the article, e.g. Q42", "QID"}, o.qid);
  v(FieldInfo{"title", "the article by its title, if the snapshot has titles", "TEXT"}, o.title);
  v(FieldInfo{"-k", "neighbours to print"}, o.k);
  v(FieldInfo{"ef", "ef of the search; larger is slower and more exact; 0: as wide as the query needs"}, o.ef);
}

template <class Visitor>
void fields(ExportOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "folder or HDF5 file of a model, or embeddings.h5"}, o.input);
  v(FieldInfo{"output", "file (or folder, for formats of several files) to write"}, o.output);
  v(FieldInfo{"format", "fasttext-bin, word2vec, word2vec-bin, tsv, npy, fvecs, qdrant-jsonl, projector", "NAME"},
    o.format);
}

template <class Visitor>
void fields(WorldOptions& o, Visitor&& v) {
  v(FieldInfo{"output", "folder for sessions, pagelinks, labels and titles"}, o.output);
  v(FieldInfo{"compression", "compression of the files"}, o.compression);
  v(FieldInfo{"articles", "number of articles"}, o.params.articles);
  v(FieldInfo{"topics", "number of planted topics, which are also the labels"}, o.params.topics);
  v(FieldInfo{"wikis", "number of wikis that an article may exist in"}, o.params.wikis);
  v(FieldInfo{"sessions", "number of sessions"}, o.params.sessions);
  v(FieldInfo{"first-session", "number of the first one: beyond those of one month begins another of the same world"},
    o.params.first_session);
  v(FieldInfo{"zipf", "exponent of the articles' popularity"}, o.params.zipf_exponent);
  v(FieldInfo{"jump", "probability that a step of a session leaves the topic"}, o.params.jump_probability);
  v(FieldInfo{"links", "mean number of links of an article"}, o.params.mean_links);
}

template <class Visitor>
void fields(WordnetOptions& o, Visitor&& v) {
  v(FieldInfo{"output", "folder for sessions, pagelinks, labels and titles"}, o.output);
  v(FieldInfo{"compression", "compression of the files"}, o.compression);
  v(FieldInfo{"source", "folder with the data of the package wordnet-base"}, o.params.source);
  v(FieldInfo{"sessions", "number of sessions walked over the links"}, o.params.walk.sessions);
  v(FieldInfo{"max-links", "links of an article at most"}, o.params.links.max_links);
}

template <class Visitor>
void fields(WalkOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "pagelinks to walk over"}, o.input);
  v(FieldInfo{"output", "sessions file to write"}, o.output);
  v(FieldInfo{"sessions", "number of sessions"}, o.params.sessions);
  v(FieldInfo{"back", "probability to go on from the page before"}, o.params.back_probability);
  v(FieldInfo{"stop", "probability to stop after each page from the second on"}, o.params.stop_probability);
}

template <class Visitor>
void fields(SnapshotInputs& o, Visitor&& v) {
  v(FieldInfo{"sessions", "reader sessions"}, o.sessions);
  v(FieldInfo{"pagelinks", "pagelinks of all wikis"}, o.pagelinks);
  v(FieldInfo{"labels", "labels (optional)"}, o.labels);
  v(FieldInfo{"titles", "titles (optional)"}, o.titles);
}

template <class Visitor>
void fields(SnapshotOptions& o, Visitor&& v) {
  v(FieldInfo{"root", "folder of all snapshots"}, o.root);
  v(FieldInfo{"name", "name of this snapshot; the current month if not given", "NAME"}, o.name);
  v(FieldInfo{"models", "which models to make", "reader|links..."}, o.models);
  v(FieldInfo{"min-index-recall", "gate: lowest recall@10 of an index to publish"}, o.min_index_recall);
}

}  // namespace linktrail::jobs
