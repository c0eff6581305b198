#include "mpi_jobs/train_model.h"

#include "comm/agreement.h"
#include "comm/stop_signal.h"
#include "core/error.h"
#include "core/hash.h"
#include "dist/new_articles.h"
#include "dist/round_plan.h"
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
  if (warm) options.sync.rows = dist::RowStart::kTrained;
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

dist::SequenceShard shard_of(const dist::CorpusBase& corpus) {
  return {.sequences = corpus.sequences, .first_record = corpus.first_record, .counts = corpus.vocabulary.counts()};
}

// The model that a training starts with: initial rows, or what --init-from has and rows for new articles.
class StartModel {
 public:
  StartModel(const Training& training, const TrainOptions& options, const Vocabulary& vocabulary,
             const Context& context)
      : training_(training), options_(options), vocabulary_(vocabulary), context_(context) {}

  dist::NodeModel make() {
    dist::NodeModel model = training_.model();
    if (!training_.earlier.has_start()) return model;
    overlap_ = training_.earlier.start(names(), model);
    return model;
  }

  // Whether there were new articles to train: those that are seen seldom. All other rows are brought back
  // afterwards: a few sequences are no reason to change them. At the end long rows are shortened.
  bool prepare(dist::NodeModel& model) {
    if (!training_.earlier.has_start()) return false;
    context_.log.info("started from {}: {} articles matched, {} new, {} vanished", options_.init_from, overlap_.matched,
                      overlap_.new_rows.size(), overlap_.vanished);
    const dist::NewRows rows = dist::split_new_rows(overlap_.new_rows, vocabulary_.counts());
    const bool has_new = !rows.seldom.empty() && training_.train_new;
    if (has_new) {
      train_new_articles(rows.seldom, model);
      training_.earlier.start(names(), model);
      dist::make_rows_initial(rows.often, names().qids, context_.common.seed, model);
    }
    dist::shorten_rows(training_.warm_lengths, vocabulary_.counts(), model);
    return has_new;
  }

  // What a checkpoint depends on beside the options.
  std::string key() const {
    return training_.earlier.has_start() && training_.train_new ? fmt::format(" warm start {}", dist::kWarmStartVersion)
                                                                : "";
  }

  StageResult counts() const {
    if (!training_.earlier.has_start()) return StageResult::object();
    StageResult result{{"init_matched", overlap_.matched},
                       {"init_new", overlap_.new_rows.size()},
                       {"init_vanished", overlap_.vanished}};
    if (!training_.labels.empty()) result["init_labels"] = overlap_.labels;
    return result;
  }

 private:
  dist::RowNames names() const { return names_of(training_, vocabulary_); }

  // Not on record: the rounds of the model are those of its epochs.
  void train_new_articles(std::span<const TokenId> new_rows, dist::NodeModel& model) {
    RoundObserver observer({.stage = training_.stage + ", new articles", .run_id = {}}, context_);
    const dist::TrainHooks hooks{.on_report = [&](const dist::RoundReport& report) { observer.on_round(report); },
                                 .on_divergence = [&](const dist::Divergence& found) { observer.on_divergence(found); },
                                 .restore =
                                     [&] {
                                       make_anew(model, [&] { return make(); });
                                       return dist::TrainCursor{};
                                     },
                                 .on_round_end =
                                     [&](const dist::TrainCursor&) {
                                       return comm::StopSignal::requested_anywhere(context_.comm)
                                                  ? dist::AfterRound::kStop
                                                  : dist::AfterRound::kContinue;
                                     }};
    const dist::TrainOutcome outcome = training_.train_new(new_rows, model, hooks);
    observer.finish();
    if (!outcome.finished)
      throw comm::AgreedError(ExitCode::kStoppedWithCheckpoint,
                              "stopped on request while new articles were trained, of which no checkpoint is kept; run "
                              "the same command again",
                              0);
  }

  const Training& training_;
  const TrainOptions& options_;
  const Vocabulary& vocabulary_;
  const Context& context_;
  dist::Overlap overlap_;
};

}  // namespace

StageResult train_model(Training training, const TrainFunction& train, const TrainOptions& options,
                        dist::CorpusBase& corpus, const Context& context) {
  training.earlier.record(training.options);
  const std::string config = training.options.dump();
  dist::expect_training_memory(training.shape, options.params, options.sync, corpus.sequences.tokens.size(),
                               context.comm);
  StartModel start(training, options, corpus.vocabulary, context);
  TrainedModel trained = run_training(
      {.stage = training.stage,
       .folder = options.output,
       .key = fmt::format("{} {:016x} ranks {} rounds {}{}", config, fingerprint(corpus), context.comm.size(),
                          dist::kRoundsVersion, start.key()),
       .run_id = run_id_of(config),
       .checkpoint_minutes = options.checkpoint_minutes},
      [&] { return start.make(); }, [&](dist::NodeModel& model) { return start.prepare(model); }, train, context);
  StageResult result = std::move(trained.result);
  result.update(start.counts());
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

StageResult train_sequence_model(Training training, const TrainParams& params, const TrainOptions& options,
                                 dist::CorpusBase& corpus, const Context& context) {
  training.train_new = [&](std::span<const TokenId> rows, dist::NodeModel& model, const dist::TrainHooks& hooks) {
    return dist::train_new_articles(params, options.sync, shard_of(corpus), rows, model, hooks);
  };
  const auto train = [&](dist::TrainCursor start, dist::NodeModel& model, const dist::TrainHooks& hooks) {
    return dist::train_sequences(params, options.sync, shard_of(corpus), start, model, hooks);
  };
  return train_model(std::move(training), train, options, corpus, context);
}

}  // namespace linktrail::jobs
