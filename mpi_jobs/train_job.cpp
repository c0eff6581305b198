// train: embeddings from sessions, or a link model from pagelinks.
#include "comm/agreement.h"
#include "core/hash.h"
#include "corpus/label_table.h"
#include "dist/corpus.h"
#include "dist/embedding_rows.h"
#include "dist/model_file.h"
#include "embedding/trainer.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/training_run.h"

namespace linktrail::jobs {

namespace {

// The rates taken if none is asked for. Supervised steps are divided by the size of the bag: at the rate of the other
// models micro-F1 on Wikispeedia was .08, at this one .48 (docs/numerics.md).
constexpr double kSequenceRate = 0.05;
constexpr double kSupervisedRate = 0.5;

bool predicts_labels(const TrainOptions& options) {
  if (options.objective == LinkObjective::kLabels && options.labels.empty())
    throw UsageError("--objective labels: there are no labels; give --labels, or leave the objective to auto");
  return options.objective != LinkObjective::kLinks && !options.labels.empty();
}

// The options as trained and recorded: with the rate that suits the task.
TrainOptions resolved(TrainOptions options, double rate_of_task) {
  validate(options);
  options.rate = options.rate.value_or(rate_of_task);
  return options;
}

TrainParams params_of(const TrainOptions& options, const Context& context) {
  TrainParams params = options.params;
  params.learning_rate = *options.rate;
  params.seed = context.common.seed;
  return params;
}

// The options as recorded, without what does not change the result.
nlohmann::ordered_json recorded_options(TrainOptions options, std::uint64_t seed) {
  auto json = OptionSet("", options).to_json();
  json["seed"] = seed;
  for (const char* key : {"input", "output", "labels", "checkpoint_minutes"}) json.erase(key);
  return json;
}

// A checkpoint holds for the same options, corpus and number of ranks only.
TrainingRun training_run(const std::string& stage, const TrainOptions& options, std::uint64_t corpus_fingerprint,
                         const Context& context) {
  const std::string config = recorded_options(options, context.common.seed).dump();
  return {.stage = stage,
          .folder = options.output,
          .key = fmt::format("{} {:016x} ranks {}", config, corpus_fingerprint, context.comm.size()),
          .run_id = run_id_of(config),
          .checkpoint_minutes = options.checkpoint_minutes};
}

std::uint64_t fingerprint(const Vocabulary& vocabulary, std::uint64_t records, std::uint64_t tokens) {
  return mix64(vocabulary.fingerprint() ^ mix64(records) ^ mix64(mix64(tokens)));
}

std::vector<Qid> qids_of(const Vocabulary& vocabulary) {
  std::vector<Qid> qids;
  for (const QidCount& entry : vocabulary.entries()) qids.push_back(entry.qid);
  return qids;
}

void store(const dist::StoredModel& stored, const TrainOptions& options, const Context& context) {
  dist::write_model(options.output + "/model.h5", stored, context.comm);
}

// The labelled training part of a link corpus, and the names of the labels that occur in it.
struct LabelledBags {
  Sequences<LabelId> labels;
  std::vector<std::string> names;
};

LabelledBags labels_of(const dist::LinkCorpus& corpus, const LabelTable& table) {
  LabelledBags labelled{.labels = {}, .names = table.names()};
  for (const Qid article : corpus.articles) labelled.labels.append(table.labels_of(article));
  return labelled;
}

StageResult train_self_supervised(const TrainOptions& options, const TrainParams& params, const Context& context) {
  dist::LinkCorpus corpus = dist::load_links(
      {.inputs = options.input, .min_count = params.min_count, .shuffle_seed = params.seed}, context.comm);
  const std::vector<std::uint64_t> counts = corpus.vocabulary.counts();
  EmbeddingModel model = initial_model(qids_of(corpus.vocabulary), counts.size(), params.dim, params.seed);
  const auto run = training_run("train links", options,
                                fingerprint(corpus.vocabulary, corpus.total_records, corpus.total_tokens), context);
  StageResult result = run_training(
      run, model,
      [&](dist::TrainCursor start, EmbeddingModel& m, const dist::TrainHooks& hooks) {
        const dist::SequenceShard shard{
            .sequences = corpus.bags, .first_record = corpus.first_record, .counts = counts};
        return dist::train_sequences(params, options.sync, shard, start, m, hooks, context.comm);
      },
      context);
  result["vocabulary"] = corpus.vocabulary.size();
  result["rows"] = corpus.total_records;
  result["rows_without_qid"] = corpus.rows_without_qid;
  store({.kind = dist::ModelKind::kLinks,
         .vocabulary = std::move(corpus.vocabulary),
         .model = std::move(model),
         .labels = {},
         .documents = corpus.total_records,
         .config = recorded_options(options, params.seed).dump()},
        options, context);
  return result;
}

StageResult train_on_labels(const TrainOptions& options, const TrainParams& params, const Context& context) {
  const LabelTable table = comm::agreed(context.comm, [&] { return LabelTable::load(expand_inputs(options.labels)); });
  dist::LinkCorpus corpus = dist::load_links(
      {.inputs = options.input,
       .min_count = params.min_count,
       .keep_article =
           [&](Qid article) { return !table.labels_of(article).empty() && !is_held_out(article, options.holdout); },
       .shuffle_seed = params.seed},
      context.comm);
  const LabelledBags labelled = labels_of(corpus, table);
  EmbeddingModel model =
      initial_labelled_model(qids_of(corpus.vocabulary), labelled.names.size(), params.dim, params.seed);
  const auto run = training_run("train links", options,
                                fingerprint(corpus.vocabulary, corpus.total_records, corpus.total_tokens), context);
  StageResult result = run_training(
      run, model,
      [&](dist::TrainCursor start, EmbeddingModel& m, const dist::TrainHooks& hooks) {
        const dist::LabelledShard shard{.bags = corpus.bags,
                                        .labels = labelled.labels,
                                        .first_record = corpus.first_record,
                                        .end = end_row(m, corpus.vocabulary.size())};
        return dist::train_supervised(params, options.sync, shard, start, m, hooks, context.comm);
      },
      context);
  result["vocabulary"] = corpus.vocabulary.size();
  result["labels"] = labelled.names.size();
  result["rows"] = corpus.total_records;
  store({.kind = dist::ModelKind::kLinksSupervised,
         .vocabulary = std::move(corpus.vocabulary),
         .model = std::move(model),
         .labels = labelled.names,
         .documents = corpus.total_records,
         .config = recorded_options(options, params.seed).dump()},
        options, context);
  return result;
}

}  // namespace

void validate(const TrainOptions& options) {
  TrainParams params = options.params;
  if (options.rate) params.learning_rate = *options.rate;
  linktrail::validate(params);
  if (!(options.holdout >= 0 && options.holdout < 1))  // so written, NaN is refused too
    throw UsageError(fmt::format("--holdout: expected a fraction from 0 to below 1, found {}", options.holdout));
}

StageResult train_reader(const TrainOptions& given, const Context& context) {
  const TrainOptions options = resolved(given, kSequenceRate);
  const TrainParams params = params_of(options, context);
  dist::SessionCorpus corpus = dist::load_sessions(
      {.inputs = options.input, .min_count = params.min_count, .holdout_fraction = options.holdout}, context.comm);
  make_output_folder(options.output, context.comm);
  const std::vector<std::uint64_t> counts = corpus.vocabulary.counts();
  context.log.info("{} sessions of {} tokens, {} articles", corpus.total_records, corpus.total_tokens, counts.size());

  EmbeddingModel model = initial_sequence_model(qids_of(corpus.vocabulary), params.dim, params.seed);
  const auto run = training_run("train reader", options,
                                fingerprint(corpus.vocabulary, corpus.total_records, corpus.total_tokens), context);
  StageResult result = run_training(
      run, model,
      [&](dist::TrainCursor start, EmbeddingModel& m, const dist::TrainHooks& hooks) {
        const dist::SequenceShard shard{
            .sequences = corpus.sessions, .first_record = corpus.first_record, .counts = counts};
        return dist::train_sequences(params, options.sync, shard, start, m, hooks, context.comm);
      },
      context);
  result["vocabulary"] = corpus.vocabulary.size();
  result["sessions"] = corpus.total_records;
  result["input_sessions"] = corpus.input_sessions;
  result["held_out_sessions"] = corpus.held_out_sessions;
  result["short_sessions"] = corpus.short_sessions;
  store({.kind = dist::ModelKind::kReader,
         .vocabulary = std::move(corpus.vocabulary),
         .model = std::move(model),
         .labels = {},
         .documents = corpus.total_records,
         .config = recorded_options(options, params.seed).dump()},
        options, context);
  return result;
}

StageResult train_links(const TrainOptions& given, const Context& context) {
  const bool supervised = predicts_labels(given);
  const TrainOptions options = resolved(given, supervised ? kSupervisedRate : kSequenceRate);
  TrainParams params = params_of(options, context);
  params.order = SequenceOrder::kShuffledEachEpoch;  // the links of an article are a set
  make_output_folder(options.output, context.comm);
  return supervised ? train_on_labels(options, params, context) : train_self_supervised(options, params, context);
}

namespace {

class Train : public Command {
 public:
  Train(std::string section, TrainOptions defaults)
      : options_(std::move(defaults)), set_(std::move(section), options_) {}

  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    validate(options_);
    return fmt::format("read {}\nwrite {}/model.h5\n", fmt::join(options_.input, ", "), options_.output);
  }

 protected:
  TrainOptions options_;
  OptionSet set_;
};

class TrainReader : public Train {
 public:
  TrainReader() : Train("reader", reader_defaults()) {}
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    train_reader(options_, context);
    embed_reader({.model = options_.output, .output = options_.output}, context);
  }
};

class TrainLinks : public Train {
 public:
  TrainLinks() : Train("links", link_defaults()) {}
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    train_links(options_, context);
  }
};

}  // namespace

std::unique_ptr<Command> make_train_reader() { return std::make_unique<TrainReader>(); }
std::unique_ptr<Command> make_train_links() { return std::make_unique<TrainLinks>(); }

}  // namespace linktrail::jobs
