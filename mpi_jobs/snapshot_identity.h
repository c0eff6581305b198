// What of a snapshot's configuration makes it this one and no other.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mpi_jobs/context.h"
#include "snapshot/manifest.h"

namespace linktrail::jobs {

// `resolved`, all sections of a snapshot, without the paths that say where files lie: the root, the inputs, earlier
// models. How a path is spelt changes nothing that is published; what the files hold is in the run id by their SHA-256.
nlohmann::ordered_json without_locations(nlohmann::ordered_json resolved);

// What the inputs of these roles hold, the seed and the program's version: to be hashed into keys and ids.
std::string inputs_key(const std::vector<ManifestInput>& inputs, const Context& context,
                       const std::vector<std::string>& roles);

}  // namespace linktrail::jobs
