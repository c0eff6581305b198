// What the collecting stages leave beside their files: the table of rules, in the log and as a record.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "collect/rule_counts.h"
#include "mpi_jobs/context.h"

namespace linktrail::jobs {

// The table at the end of the log.
std::string rule_table(const RuleCounts& counts);

// Collective. Writes FOLDER/_collect.json: producer, time, configuration, counts. Readers of flat files pass over names
// that begin with "_". It is written last: a folder without it is not complete.
void write_collect_record(const std::string& folder, const nlohmann::ordered_json& config, const RuleCounts& counts,
                          const Context& context);

// As it is written to a file; bytes that are no UTF-8, of a path or a dump, are replaced.
std::string record_text(const nlohmann::ordered_json& record);

// Collective. Removes the record of an earlier collection, before its files are replaced.
void remove_collect_record(const std::string& folder, const Context& context);

}  // namespace linktrail::jobs
