// From the command line to an exit code.
#pragma once

#include "comm/communicator.h"
#include "core/error.h"

namespace linktrail::jobs {

// Collective. Parses, reads the configuration, runs the subcommand. Every rank returns the same code; rank 0 prints the
// one message. A fault that the ranks did not agree on aborts them all.
ExitCode run_program(int argc, char** argv, const comm::Communicator& comm);

}  // namespace linktrail::jobs
