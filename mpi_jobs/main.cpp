// linktrail: one MPI program, one subcommand a stage.
#include <fmt/core.h>

#include "comm/environment.h"
#include "mpi_jobs/program.h"

// Far more than closing files takes, and nothing beside the time of a job.
constexpr unsigned kGoodbyeSeconds = 30;

int main(int argc, char** argv) {
  try {
    linktrail::comm::Environment environment(argc, argv);
    const linktrail::ExitCode code = linktrail::jobs::run_program(argc, argv, environment.world());
    if (code == linktrail::ExitCode::kStorage) environment.limit_goodbye(kGoodbyeSeconds);
    return static_cast<int>(code);
  } catch (const linktrail::Error& error) {
    fmt::print(stderr, "linktrail: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
