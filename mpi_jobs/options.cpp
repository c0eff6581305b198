#include "mpi_jobs/options.h"

namespace linktrail::jobs {

TrainOptions reader_defaults() { return {}; }

TrainOptions link_defaults() {
  TrainOptions options;
  options.params.order = SequenceOrder::kShuffledEachEpoch;
  return options;
}

}  // namespace linktrail::jobs
