#include "mpi_jobs/snapshot_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/version.h"

namespace linktrail::jobs {

nlohmann::ordered_json without_locations(nlohmann::ordered_json resolved) {
  resolved.erase("input");
  resolved["snapshot"].erase("root");
  for (const char* model : {"reader", "links"})
    for (const char* earlier : {"init_from", "align_to"}) resolved[model].erase(earlier);
  return resolved;
}

std::string inputs_key(const std::vector<ManifestInput>& inputs, const Context& context,
                       const std::vector<std::string>& roles) {
  std::string text = fmt::format("{} seed {}", kProducer, context.common.seed);
  for (const ManifestInput& input : inputs)
    if (std::find(roles.begin(), roles.end(), input.role) != roles.end()) text += " " + input.role + ":" + input.sha256;
  return text;
}

}  // namespace linktrail::jobs
