// Faults of inputs that cost little to find, found before the work that they would spoil hours later.
#pragma once

#include <string>
#include <vector>

#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"

namespace linktrail::jobs {

// Collective. Reads what a snapshot of `models` reads late: titles and labels whole, sessions and pagelinks as far as
// their first records, each file on one rank. Throws AgreedError (bad input) for a wrong header or line among them, or
// where all files of a kind together hold nothing.
void check_inputs(const SnapshotInputs& input, const std::vector<std::string>& models, const comm::Communicator& comm);

// Collective. Reads label files whole, on rank 0. Throws AgreedError (bad input) for a wrong line, or if there is none.
void check_labels(const std::vector<std::string>& labels, const comm::Communicator& comm);

// Collective. Warns once of the files with 0 bytes among `inputs`: an export that failed looks like that.
void warn_of_empty_files(const std::vector<std::string>& inputs, const Context& context);

}  // namespace linktrail::jobs
