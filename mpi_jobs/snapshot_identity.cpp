#include "mpi_jobs/snapshot_identity.h"

namespace linktrail::jobs {

nlohmann::ordered_json without_locations(nlohmann::ordered_json resolved) {
  resolved.erase("input");
  resolved["snapshot"].erase("root");
  for (const char* model : {"reader", "links"})
    for (const char* earlier : {"init_from", "align_to"}) resolved[model].erase(earlier);
  return resolved;
}

}  // namespace linktrail::jobs
