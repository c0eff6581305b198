#include "collect/pageview_rules.h"

#include <fmt/format.h>

namespace linktrail {

std::vector<std::string> collect_rule_names(const RowFilters& filters, const SessionRules& rules) {
  return {"rows read",
          "malformed rows",
          "rows that are no pageview",
          fmt::format("rows of agents other than {}", filters.agent_type),
          fmt::format("rows of access method {}", filters.drop_access),
          "rows of no Wikipedia",
          fmt::format("rows outside namespace {}", filters.name_space),
          "rows without actor, timestamp or page id",
          fmt::format("views on days of more than {} by one actor", rules.max_views_per_day),
          fmt::format("views of pages seen by fewer than {} actors", rules.min_actors),
          "views of pages without a QID",
          "views of actors who saw the main page",
          "views of the article before",
          fmt::format("views in sessions shorter than {}", rules.min_length),
          fmt::format("views in sessions longer than {}", rules.max_length),
          "views in sessions",
          "sessions"};
}

}  // namespace linktrail
