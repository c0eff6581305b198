// What the collecting stages leave beside their files: the table of rules, in the log and as a record.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "collect/rule_counts.h"
#include "mpi_jobs/context.h"

namespace linktrail::jobs {

// The table at the end of the log.
std::string rule_table(const RuleCounts& counts);

// Collective. Writes FOLDER/_collect.json (kCollectRecord): producer, time, command, seed, configuration, counts by
// rule, and `more`.
void write_collect_record(const std::string& folder, const std::string& command, const nlohmann::ordered_json& config,
                          const RuleCounts& counts, const Context& context,
                          const nlohmann::ordered_json& more = nlohmann::ordered_json::object());

// Collective. Throws AgreedError (exit 4) if the folder's record is that of another command: its files would stay, or
// go, without a record.
void expect_record_of(const std::string& folder, const std::string& command, const Context& context);

// Collective. Removes the record of an earlier collection, before its files are replaced.
void remove_collect_record(const std::string& folder, const Context& context);

}  // namespace linktrail::jobs
