#include "comm/launch_check.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace linktrail::comm {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// 0 for a variable that is unset or no number.
int as_count(const std::optional<std::string>& text) {
  int count = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), count);
  return count;
}

std::string fault_text(const char* variable_name, int tasks) {
  return fmt::format(
      "every task started alone: {} says {} tasks but MPI sees 1 rank; start with `srun --mpi=pmix`, or with the "
      "mpirun "
      "of the MPI that linktrail was built with",
      variable_name, tasks);
}

}  // namespace

LaunchFacts launch_facts(int world_size) {
  return {.world_size = world_size,
          .ompi_size = variable("OMPI_COMM_WORLD_SIZE"),
          .pmi_size = variable("PMI_SIZE"),
          .slurm_step_id = variable("SLURM_STEP_ID"),
          .slurm_step_tasks = variable("SLURM_STEP_NUM_TASKS"),
          .slurm_ntasks = variable("SLURM_NTASKS")};
}

std::optional<std::string> singleton_fault(const LaunchFacts& facts) {
  const auto fault_if_many = [](const char* name, const std::optional<std::string>& value) {
    const int tasks = as_count(value);
    return tasks > 1 ? std::optional(fault_text(name, tasks)) : std::nullopt;
  };
  if (facts.world_size > 1) return std::nullopt;
  if (facts.ompi_size) return fault_if_many("OMPI_COMM_WORLD_SIZE", facts.ompi_size);
  if (facts.pmi_size) return fault_if_many("PMI_SIZE", facts.pmi_size);
  if (!facts.slurm_step_id) return std::nullopt;
  if (facts.slurm_step_tasks) return fault_if_many("SLURM_STEP_NUM_TASKS", facts.slurm_step_tasks);
  return fault_if_many("SLURM_NTASKS", facts.slurm_ntasks);
}

}  // namespace linktrail::comm
