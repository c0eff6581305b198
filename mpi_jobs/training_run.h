// What both trainings have in common: checkpoints, stop requests, progress and metrics around the rounds.
#pragma once

#include <functional>
#include <string>

#include "dist/checkpoint.h"
#include "dist/node_model.h"
#include "dist/training.h"
#include "mpi_jobs/context.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

struct TrainingRun {
  std::string stage;   // "train reader" or "train links"
  std::string folder;  // holds checkpoint.h5 and metrics.jsonl
  std::string key;     // of everything that the result depends on, the number of ranks included
  std::string run_id;
  double checkpoint_minutes = 10;
};

// One of dist::train_sequences and dist::train_supervised, with all but these bound.
using TrainFunction = std::function<dist::TrainOutcome(dist::TrainCursor, dist::NodeModel&, const dist::TrainHooks&)>;

// Makes the model that training starts with; collective.
using InitialModel = std::function<dist::NodeModel()>;

// Work on the initial model that comes before the first round and that a checkpoint has behind it; collective. Returns
// whether it took so long that it is kept in a checkpoint; otherwise it is done again when it is needed.
using PrepareModel = std::function<bool(dist::NodeModel&)>;

// Collective. Makes `model` anew on its node. The old values go first: a large model does not fit twice. The node
// stays, since a training refers to it.
void make_anew(dist::NodeModel& model, const InitialModel& initial);

struct TrainedModel {
  dist::NodeModel model;
  StageResult result;
};

// Collective. Trains from the last checkpoint of the same key, or from the start; what took long to prepare is the
// first checkpoint. Asked to stop, leaves a checkpoint and throws AgreedError with code 75 on every rank. Removes the
// checkpoint when done.
TrainedModel run_training(const TrainingRun& run, const InitialModel& initial, const PrepareModel& prepare,
                          const TrainFunction& train, const Context& context);

}  // namespace linktrail::jobs
