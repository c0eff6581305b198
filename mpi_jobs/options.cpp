#include "mpi_jobs/options.h"

namespace linktrail::jobs {

TrainOptions reader_defaults() { return {}; }

TrainOptions link_defaults() {
  TrainOptions options;
  options.params.order = SequenceOrder::kShuffledEachEpoch;
  options.params.learning_rate = 0;  // train_links() takes the rate of the task: labels decide
  return options;
}

}  // namespace linktrail::jobs
