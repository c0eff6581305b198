// A training run's state between two rounds, on disk: the model and where to go on.
//
// The model after a round is the whole state (random numbers are keyed, not stateful), so a resumed run and an
// uninterrupted one give the same bytes. The file replaces the previous one only when complete.
#pragma once

#include <optional>
#include <string>

#include "comm/communicator.h"
#include "dist/node_model.h"
#include "dist/training.h"
#include "embedding/model.h"

namespace linktrail::dist {

// Collective. `key` names everything that the run depends on: inputs, options, number of ranks.
void write_checkpoint(const std::string& path, const std::string& key, const TrainCursor& next,
                      const EmbeddingModel& model, const comm::Communicator& comm);

// Collective. Reads the model, of the shape that it has, and returns where to go on. Nothing if there is no file, it is
// damaged, or it belongs to another key; the model may then be half read, and must be made anew.
std::optional<TrainCursor> read_checkpoint(const std::string& path, const std::string& key, NodeModel& model);

}  // namespace linktrail::dist
