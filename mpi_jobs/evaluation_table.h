// The evaluation as people read it: a row a metric, a column a model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace linktrail::jobs {

// `metrics` maps a model to its stages' results; numbers of the "evaluate" stage (or of the object itself, if it has none)
// become rows named by their path, e.g. "index recall_at_10".
std::string evaluation_table(const nlohmann::ordered_json& metrics);

}  // namespace linktrail::jobs
