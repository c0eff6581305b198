// What of a snapshot's configuration makes it this one and no other.
#pragma once

#include <nlohmann/json.hpp>

namespace linktrail::jobs {

// `resolved`, all sections of a snapshot, without the paths that say where files lie: the root, the inputs, earlier
// models. How a path is spelt changes nothing that is published; what the files hold is in the run id by their SHA-256.
nlohmann::ordered_json without_locations(nlohmann::ordered_json resolved);

}  // namespace linktrail::jobs
