// Did the launcher start one job of N ranks, or N programs that each believe to be alone?
//
// `srun` without PMIx support silently does the latter, and N programs then write the same files. The
// decision is a pure function of the world size and the launcher's variables, so that it can be tested.
#pragma once

#include <optional>
#include <string>

namespace linktrail::comm {

// What the launcher left in the environment; nullopt where the variable is unset.
struct LaunchFacts {
  int world_size = 1;                                   // from MPI_Comm_size
  std::optional<std::string> ompi_size = std::nullopt;  // OMPI_COMM_WORLD_SIZE: set by mpirun
  std::optional<std::string> pmi_size = std::nullopt;   // PMI_SIZE: set by launchers of the MPICH family
  std::optional<std::string> slurm_step_id =
      std::nullopt;  // SLURM_STEP_ID: set for tasks of srun, not in a batch script
  std::optional<std::string> slurm_step_tasks = std::nullopt;  // SLURM_STEP_NUM_TASKS: tasks of that step
  std::optional<std::string> slurm_ntasks = std::nullopt;  // SLURM_NTASKS: tasks of the job, also set in a batch script
};

// Reads the variables above.
LaunchFacts launch_facts(int world_size);

// The text of the fault if the facts say that more than one rank was asked for but this one is alone.
// A plain run inside a batch script is no fault: there is no step. SLURM_PROCID cannot decide this, since
// Slurm sets it to 0 in batch scripts too. mpirun's own count, where present, overrules Slurm's.
std::optional<std::string> singleton_fault(const LaunchFacts& facts);

}  // namespace linktrail::comm
