// What the trainings of the reader and of the link model have in common: names, records and the file of the model.
#pragma once

#include <string>
#include <vector>

#include "dist/corpus.h"
#include "dist/model_file.h"
#include "embedding/params.h"
#include "mpi_jobs/context.h"
#include "mpi_jobs/earlier_models.h"
#include "mpi_jobs/option_set.h"
#include "mpi_jobs/options.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/training_run.h"

namespace linktrail::jobs {

// Trains a model, started from an earlier one, on what has the articles of these rows; see dist::train_new_articles.
using TrainNewFunction =
    std::function<dist::TrainOutcome(std::span<const TokenId>, dist::NodeModel&, const dist::TrainHooks&)>;

// A training that is ready to begin: the corpus is in memory.
struct Training {
  std::string stage;  // "train reader" or "train links"
  dist::ModelKind kind = dist::ModelKind::kReader;
  nlohmann::ordered_json options;  // as recorded
  dist::ModelShape shape;
  InitialModel model;
  const EarlierModels& earlier;
  std::vector<std::string> labels = {};  // of the output rows, if supervised
  TrainNewFunction train_new = nullptr;  // none: new articles of a warm start have no training of their own
  WarmLengths warm_lengths = {};         // of rows, known and new, when a warm start begins its first epoch
};

// The number that --lr stands for. Supervised steps are divided by the size of the bag: at the rate of the other models
// micro-F1 on Wikispeedia was .08, at this one .48 (docs/numerics.md).
inline constexpr double kSequenceRate = 0.05;
inline constexpr double kSupervisedRate = 0.5;

// Sets the rate, the epochs and the RowStart by whether the training starts from an earlier model.
void settle_start(TrainOptions& options, double cold_rate);

// What the trainers need, from the options as resolved.
TrainParams params_of(const TrainOptions& options, const Context& context);

// The options as recorded: what the result depends on, and nothing else. Of earlier models only the content counts, see
// EarlierModels::record().
template <class Options>
nlohmann::ordered_json recorded_options(Options options, std::uint64_t seed) {
  auto json = OptionSet("", options).to_json();
  json["seed"] = seed;
  for (const char* key :
       {"input", "output", "labels", "checkpoint_minutes", "memory", "init_from", "warm_epochs", "align_to"})
    json.erase(key);
  return json;
}

// Collective. The models that training starts with (embedding/model.h says what their rows are): for sessions, for bags
// of links that predict each other, and for bags that predict labels.
dist::NodeModel initial_sequence_model(const Vocabulary& vocabulary, const TrainParams& params,
                                       const comm::Communicator& comm);
dist::NodeModel initial_bag_model(const Vocabulary& vocabulary, const TrainParams& params,
                                  const comm::Communicator& comm);
dist::NodeModel initial_labelled_model(const Vocabulary& vocabulary, std::size_t labels, const TrainParams& params,
                                       const comm::Communicator& comm);

// Collective. Trains and writes model.h5 into options.output; a checkpoint holds for the same options, corpus and
// number of ranks only. Takes the vocabulary out of `corpus`.
StageResult train_model(Training training, const TrainFunction& train, const TrainOptions& options,
                        dist::CorpusBase& corpus, const Context& context);

// Collective. The same for a model of sequences, whose new articles of a warm start are trained first.
StageResult train_sequence_model(Training training, const TrainParams& params, const TrainOptions& options,
                                 dist::CorpusBase& corpus, const Context& context);

}  // namespace linktrail::jobs
