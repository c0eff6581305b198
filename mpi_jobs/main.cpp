// linktrail: one MPI program, one subcommand a stage.
#include <fmt/core.h>

#include "comm/environment.h"
#include "mpi_jobs/program.h"

int main(int argc, char** argv) {
  try {
    linktrail::comm::Environment environment(argc, argv);
    return static_cast<int>(linktrail::jobs::run_program(argc, argv, environment.world()));
  } catch (const linktrail::Error& error) {
    fmt::print(stderr, "linktrail: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
