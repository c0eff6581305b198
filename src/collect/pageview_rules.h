// The names of the rules of `collect pageviews`, for the table at its end and the record.
#pragma once

#include <string>
#include <vector>

#include "collect/pageview_log.h"
#include "collect/sessionizer.h"

namespace linktrail {

// In the order of the counts: rows, what each row rule dropped (RowRule), what each rule for views dropped
// (SessionCounts), views in sessions, sessions. Rows are the sum of the following ones but the last.
std::vector<std::string> collect_rule_names(const RowFilters& filters, const SessionRules& rules);

}  // namespace linktrail
