// The evaluation as people read it: a row a metric, a column a model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace linktrail::jobs {

// `metrics` maps a model to its stages' results; numbers of the "evaluate" stage (or of the object itself, if it has
// none) become rows named by their path, e.g. "index recall_at_10".
std::string evaluation_table(const nlohmann::ordered_json& metrics);

// All numbers below `metrics` as (path, text), e.g. {"index recall_at_10", "0.9930"}.
std::vector<std::pair<std::string, std::string>> flat_numbers(const nlohmann::ordered_json& metrics);

}  // namespace linktrail::jobs
