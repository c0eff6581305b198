// train reader: embeddings from sessions.
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/input_checks.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/train_command.h"
#include "mpi_jobs/train_model.h"

namespace linktrail::jobs {

dist::ModelIdentity identity_of(const TrainOptions& options) {
  return {.kind = dist::ModelKind::kReader, .architecture = options.params.architecture, .dim = options.params.dim};
}

StageResult train_reader(const TrainOptions& given, const Context& context) {
  TrainOptions options = given;
  validate(options);
  settle_start(options, kSequenceRate);
  const TrainParams params = params_of(options, context);
  const EarlierModels earlier(options, identity_of(options), context);
  warn_of_empty_files(options.input, context);
  dist::SessionCorpus corpus = dist::load_sessions(
      {.inputs = options.input, .min_count = params.min_count, .holdout_fraction = options.holdout}, context.comm);
  make_output_folder(options.output, context.comm);
  require_writable("output", options.output + "/model.h5", context.comm);
  const std::size_t articles = corpus.vocabulary.size();
  context.log.info("{} sessions of {} tokens, {} articles", corpus.total_records, corpus.total_tokens, articles);

  const double tokens_a_row = static_cast<double>(corpus.total_tokens) / static_cast<double>(articles);
  Training training{.stage = "train reader",
                    .kind = dist::ModelKind::kReader,
                    .options = recorded_options(options, params.seed),
                    .shape = {.input_rows = articles + 1, .output_rows = articles + 1, .dim = params.dim},
                    .model = [&] { return initial_sequence_model(corpus.vocabulary, params, context.comm); },
                    .earlier = earlier,
                    .warm_lengths = warm_row_lengths(params.architecture, tokens_a_row)};
  StageResult result = train_sequence_model(std::move(training), params, options, corpus, context);
  result["sessions"] = corpus.total_records;
  result["input_sessions"] = corpus.input_sessions;
  result["held_out_sessions"] = corpus.held_out_sessions;
  result["short_sessions"] = corpus.short_sessions;
  return result;
}

namespace {

std::string label_agreement(const ReaderTrainOptions& options, const Context& context) {
  EvaluateOptions evaluation;
  evaluation.embeddings = options.output + "/embeddings.h5";
  evaluation.labels = options.labels;
  return evaluation_table({{"reader", evaluate(evaluation, context)}});
}

class TrainReader : public TrainCommand<ReaderTrainOptions> {
 public:
  TrainReader() : TrainCommand("reader") {}

 private:
  void train(const ReaderTrainOptions& options, const Context& context) override {
    if (!options.labels.empty()) check_labels(options.labels, context.comm);
    train_reader(options, context);
    embed_reader({.model = options.output, .output = options.output}, context);
    if (!options.labels.empty()) print_result(context, label_agreement(options, context));
  }
};

}  // namespace

std::unique_ptr<Command> make_train_reader() { return std::make_unique<TrainReader>(); }

}  // namespace linktrail::jobs
