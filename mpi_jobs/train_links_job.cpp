// train links: a model of link rows, on labels or on the links themselves.
#include "comm/agreement.h"
#include "corpus/label_table.h"
#include "dist/embedding_rows.h"
#include "embedding/trainer.h"
#include "mpi_jobs/input_checks.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/train_command.h"
#include "mpi_jobs/train_model.h"
#include "mpi_jobs/train_spectral.h"

namespace linktrail::jobs {

namespace {

bool predicts_labels(const LinkTrainOptions& options) {
  return options.objective != LinkObjective::kLinks && !options.labels.empty();
}

// The first option that only training in steps has and that is not at its default; empty if there is none.
std::string step_option(const LinkTrainOptions& options) {
  const TrainParams& params = options.params;
  const TrainParams usual = LinkTrainOptions().params;
  if (params.architecture != usual.architecture) return "--model";
  if (params.window != usual.window) return "--window";
  if (params.negatives != usual.negatives) return "--negatives";
  if (params.epochs != usual.epochs) return "--epochs";
  if (params.subsample != usual.subsample) return "--subsample";
  if (params.negative_exponent != usual.negative_exponent) return "--negative-exponent";
  if (!options.init_from.empty()) return "--init-from";
  if (!options.align_to.empty()) return "--align-to";
  return options.rate ? "--lr" : "";
}

// The rows that may train a model of links: those of articles that are not held out.
dist::LinkCorpus load_unlabelled(const LinkTrainOptions& options, const TrainParams& params,
                                 const comm::Communicator& comm) {
  return dist::load_links({.inputs = options.input,
                           .min_count = params.min_count,
                           .keep_article = [&](Qid article) { return !is_held_out(article, options.holdout); },
                           .none_kept = fmt::format("all are held out (--holdout {})", options.holdout),
                           .shuffle_seed = params.seed},
                          comm);
}

StageResult train_bag(const LinkTrainOptions& options, const TrainParams& params, dist::LinkCorpus& corpus,
                      const Context& context) {
  const EarlierModels earlier(options, identity_of(options), context);
  const std::size_t articles = corpus.vocabulary.size();
  Training training{.stage = "train links",
                    .kind = dist::ModelKind::kLinks,
                    .options = recorded_options(options, params.seed),
                    .shape = {.input_rows = articles, .output_rows = articles, .dim = params.dim},
                    .model = [&] { return initial_bag_model(corpus.vocabulary, params, context.comm); },
                    .earlier = earlier};
  return train_sequence_model(std::move(training), params, options, corpus, context);
}

StageResult train_self_supervised(const LinkTrainOptions& options, const TrainParams& params, const Context& context) {
  dist::LinkCorpus corpus = load_unlabelled(options, params, context.comm);
  StageResult result = options.method == LinkMethod::kSpectral ? train_spectral(options, params, corpus, context)
                                                               : train_bag(options, params, corpus, context);
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
      .shape = {.input_rows = corpus.vocabulary.size() + 1, .output_rows = table.names().size(), .dim = params.dim},
      .model = [&] { return initial_labelled_model(corpus.vocabulary, table.names().size(), params, context.comm); },
      .earlier = earlier,
      .labels = table.names()};
  const auto train = [&](dist::TrainCursor start, dist::NodeModel& model, const dist::TrainHooks& hooks) {
    const dist::LabelledShard shard{.bags = corpus.sequences,
                                    .labels = labels,
                                    .first_record = corpus.first_record,
                                    .end = end_row(model.matrices, corpus.vocabulary.size())};
    return dist::train_supervised(params, options.sync, shard, start, model, hooks);
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
  if (options.method != LinkMethod::kAuto && predicts_labels(options))
    throw UsageError(
        fmt::format("--method {}: is for links without labels, but --labels are trained on; give --objective "
                    "links to keep them for the evaluation, or leave the method to auto",
                    enum_to_text(options.method)));
  if (options.method == LinkMethod::kSpectral && !step_option(options).empty())
    throw UsageError(
        fmt::format("{}: the method spectral does not train in steps and has no such option; leave it out, "
                    "or use --method bag",
                    step_option(options)));
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
  if (!supervised && options.method == LinkMethod::kAuto) options.method = LinkMethod::kBag;  // docs/adr/0005
  settle_start(options, supervised ? kSupervisedRate : kSequenceRate);
  TrainParams params = params_of(options, context);
  params.order = SequenceOrder::kShuffledEachEpoch;  // the links of an article are a set
  // Labels that do not train are still named by the user: wrong ones must not go unnoticed.
  if (!supervised && !options.labels.empty()) check_labels(options.labels, context.comm);
  make_output_folder(options.output, context.comm);
  require_writable("output", options.output + "/model.h5", context.comm);
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
