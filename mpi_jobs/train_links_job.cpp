// train links: a model of link rows, on labels or on the links themselves.
#include "comm/agreement.h"
#include "corpus/label_table.h"
#include "dist/embedding_rows.h"
#include "dist/input_files.h"
#include "embedding/trainer.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/train_command.h"
#include "mpi_jobs/train_model.h"

namespace linktrail::jobs {

namespace {

bool predicts_labels(const LinkTrainOptions& options) {
  return options.objective != LinkObjective::kLinks && !options.labels.empty();
}

StageResult train_self_supervised(const LinkTrainOptions& options, const TrainParams& params, const Context& context) {
  const EarlierModels earlier(options, identity_of(options), context);
  dist::LinkCorpus corpus = dist::load_links(
      {.inputs = options.input, .min_count = params.min_count, .shuffle_seed = params.seed}, context.comm);
  const std::vector<std::uint64_t> counts = corpus.vocabulary.counts();
  Training training{.stage = "train links",
                    .kind = dist::ModelKind::kLinks,
                    .options = recorded_options(options, params.seed),
                    .model = initial_model(qids_of(corpus.vocabulary), counts.size(), params.dim, params.seed),
                    .earlier = earlier};
  const auto train = [&](dist::TrainCursor start, EmbeddingModel& model, const dist::TrainHooks& hooks) {
    const dist::SequenceShard shard{
        .sequences = corpus.sequences, .first_record = corpus.first_record, .counts = counts};
    return dist::train_sequences(params, options.sync, shard, start, model, hooks, context.comm);
  };
  StageResult result = train_model(std::move(training), train, options, corpus, context);
  result["rows"] = corpus.total_records;
  result["rows_without_qid"] = corpus.rows_without_qid;
  return result;
}

std::string why_none_is_labelled(const LinkTrainOptions& options) {
  const std::string labels = fmt::format("{}", fmt::join(options.labels, ", "));
  if (options.holdout > 0)
    return fmt::format("no row's article has a label in {} and is not held out (--holdout {}); check both files' QIDs",
                       labels, options.holdout);
  return fmt::format("no row's article has a label in {}; check that both name their articles by the same QIDs",
                     labels);
}

// The rows that may train a model of labels: of articles with a label, and not held out.
dist::LinkCorpus load_labelled(const LinkTrainOptions& options, const TrainParams& params, const LabelTable& table,
                               const comm::Communicator& comm) {
  return dist::load_links(
      {.inputs = options.input,
       .min_count = params.min_count,
       .keep_article =
           [&](Qid article) { return !table.labels_of(article).empty() && !is_held_out(article, options.holdout); },
       .none_kept = why_none_is_labelled(options),
       .shuffle_seed = params.seed},
      comm);
}

StageResult train_on_labels(const LinkTrainOptions& options, const TrainParams& params, const Context& context) {
  const EarlierModels earlier(options, identity_of(options), context);
  const LabelTable table = comm::agreed(context.comm, [&] { return LabelTable::load(expand_inputs(options.labels)); });
  dist::LinkCorpus corpus = load_labelled(options, params, table, context.comm);
  Sequences<LabelId> labels;
  for (const Qid article : corpus.articles) labels.append(table.labels_of(article));

  Training training{
      .stage = "train links",
      .kind = dist::ModelKind::kLinksSupervised,
      .options = recorded_options(options, params.seed),
      .model = initial_labelled_model(qids_of(corpus.vocabulary), table.names().size(), params.dim, params.seed),
      .earlier = earlier,
      .labels = table.names()};
  const auto train = [&](dist::TrainCursor start, EmbeddingModel& model, const dist::TrainHooks& hooks) {
    const dist::LabelledShard shard{.bags = corpus.sequences,
                                    .labels = labels,
                                    .first_record = corpus.first_record,
                                    .end = end_row(model, corpus.vocabulary.size())};
    return dist::train_supervised(params, options.sync, shard, start, model, hooks, context.comm);
  };
  StageResult result = train_model(std::move(training), train, options, corpus, context);
  result["labels"] = table.names().size();
  result["rows"] = corpus.total_records;
  return result;
}

}  // namespace

void validate(const LinkTrainOptions& options) {
  validate(static_cast<const TrainOptions&>(options));
  if (options.objective == LinkObjective::kLabels && options.labels.empty())
    throw UsageError("--objective labels: there are no labels; give --labels, or leave the objective to auto");
}

dist::ModelIdentity identity_of(const LinkTrainOptions& options) {
  return {.kind = predicts_labels(options) ? dist::ModelKind::kLinksSupervised : dist::ModelKind::kLinks,
          .architecture = options.params.architecture,
          .dim = options.params.dim};
}

StageResult train_links(const LinkTrainOptions& given, const Context& context) {
  LinkTrainOptions options = given;
  validate(options);
  const bool supervised = predicts_labels(options);
  settle_start(options, supervised ? kSupervisedRate : kSequenceRate);
  TrainParams params = params_of(options, context);
  params.order = SequenceOrder::kShuffledEachEpoch;  // the links of an article are a set
  // Labels that do not train are still named by the user: a wrong path must not go unnoticed.
  if (!supervised && !options.labels.empty()) dist::expand_inputs_on_root(options.labels, context.comm);
  make_output_folder(options.output, context.comm);
  return supervised ? train_on_labels(options, params, context) : train_self_supervised(options, params, context);
}

namespace {

class TrainLinks : public TrainCommand<LinkTrainOptions> {
 public:
  TrainLinks() : TrainCommand("links") {}

 private:
  void train(const LinkTrainOptions& options, const Context& context) override { train_links(options, context); }
};

}  // namespace

std::unique_ptr<Command> make_train_links() { return std::make_unique<TrainLinks>(); }

}  // namespace linktrail::jobs
