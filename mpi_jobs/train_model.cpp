#include "mpi_jobs/train_model.h"

#include "core/error.h"
#include "core/hash.h"
#include "embedding/trainer.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/round_observer.h"

namespace linktrail::jobs {

namespace {

std::uint64_t fingerprint(const dist::CorpusBase& corpus) {
  return mix64(corpus.vocabulary.fingerprint() ^ mix64(corpus.total_records) ^ mix64(mix64(corpus.total_tokens)));
}

}  // namespace

void validate(const TrainOptions& options) {
  TrainParams params = options.params;
  if (options.rate) params.learning_rate = *options.rate;
  linktrail::validate(params);
  dist::validate(options.sync);
  if (!(options.holdout >= 0 && options.holdout < 1))  // so written, NaN is refused too
    throw UsageError(fmt::format("--holdout: expected a fraction from 0 to below 1, found {}", options.holdout));
  if (!(options.checkpoint_minutes >= 0))
    throw UsageError(fmt::format("--checkpoint-minutes: expected 0 or more, found {}", options.checkpoint_minutes));
}

void settle_start(TrainOptions& options, double cold_rate) {
  const bool warm = !options.init_from.empty();
  if (warm && options.warm_epochs > 0) options.params.epochs = options.warm_epochs;
  options.rate = options.rate.value_or(cold_rate);
}

TrainParams params_of(const TrainOptions& options, const Context& context) {
  TrainParams params = options.params;
  params.learning_rate = *options.rate;
  params.seed = context.common.seed;
  return params;
}

namespace {

std::vector<Qid> qids_and_end(const Vocabulary& vocabulary) {
  std::vector<Qid> qids;
  qids.reserve(vocabulary.size() + 1);  // so that the last one does not double what all ranks have of it
  for (const QidCount& entry : vocabulary.entries()) qids.push_back(entry.qid);
  qids.push_back(kNoQid);
  return qids;
}

dist::NodeModel initial_model(const std::vector<Qid>& qids, std::size_t output_rows, const TrainParams& params,
                              const comm::Communicator& comm) {
  return dist::initial_node_model(qids, output_rows, params.dim, params.seed, std::make_shared<const comm::Node>(comm));
}

}  // namespace

dist::NodeModel initial_sequence_model(const Vocabulary& vocabulary, const TrainParams& params,
                                       const comm::Communicator& comm) {
  const std::vector<Qid> qids = qids_and_end(vocabulary);
  return initial_model(qids, qids.size(), params, comm);
}

dist::NodeModel initial_bag_model(const Vocabulary& vocabulary, const TrainParams& params,
                                  const comm::Communicator& comm) {
  return initial_model(vocabulary.qids(), vocabulary.size(), params, comm);
}

dist::NodeModel initial_labelled_model(const Vocabulary& vocabulary, std::size_t labels, const TrainParams& params,
                                       const comm::Communicator& comm) {
  return initial_model(qids_and_end(vocabulary), labels, params, comm);
}

namespace {

dist::RowNames names_of(const Training& training, const Vocabulary& vocabulary) {
  const bool with_end = training.shape.input_rows > vocabulary.size();
  return {.qids = with_end ? qids_and_end(vocabulary) : vocabulary.qids(), .labels = training.labels};
}

}  // namespace

StageResult train_model(Training training, const TrainFunction& train, const TrainOptions& options,
                        dist::CorpusBase& corpus, const Context& context) {
  training.earlier.record(training.options);
  const std::string config = training.options.dump();
  dist::expect_training_memory(training.shape, options.params, options.sync, corpus.sequences.tokens.size(),
                               context.comm);
  StageResult start;
  const InitialModel initial = [&] {
    dist::NodeModel model = training.model();
    start = training.earlier.start(names_of(training, corpus.vocabulary), model);
    return model;
  };
  TrainedModel trained =
      run_training({.stage = training.stage,
                    .folder = options.output,
                    .key = fmt::format("{} {:016x} ranks {}", config, fingerprint(corpus), context.comm.size()),
                    .run_id = run_id_of(config),
                    .checkpoint_minutes = options.checkpoint_minutes},
                   initial, train, context);
  StageResult result = std::move(trained.result);
  result.update(start);
  result.update(training.earlier.align(corpus.vocabulary.qids(), trained.model));
  result["vocabulary"] = corpus.vocabulary.size();
  dist::write_model(options.output + "/model.h5",
                    {.kind = training.kind,
                     .vocabulary = std::move(corpus.vocabulary),
                     .model = std::move(trained.model.matrices),
                     .labels = std::move(training.labels),
                     .documents = corpus.total_records,
                     .config = config},
                    context.comm);
  keep_metrics(options.output + "/metrics.jsonl", context.comm);
  return result;
}

}  // namespace linktrail::jobs
