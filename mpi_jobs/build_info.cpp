#include "mpi_jobs/build_info.h"

#include "comm/environment.h"
#include "h5/library_version.h"
#include "mpi_jobs/commit.h"  // made by the build

namespace linktrail::jobs {

std::string commit() { return kCommit; }

nlohmann::ordered_json build_versions() {
  return {{"mpi", comm::Environment::library_version()}, {"hdf5", h5::library_version()}, {"compiler", __VERSION__}};
}

}  // namespace linktrail::jobs
