// The name of a snapshot that was given none: the month, or that of a run which was begun and not finished.
#pragma once

#include <string>

#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"
#include "snapshot/manifest.h"

namespace linktrail::jobs {

// Digest of what a run is asked for: the contents of its inputs and its configuration.
std::string request_of(const std::vector<ManifestInput>& inputs, const nlohmann::ordered_json& config);

// Collective. The name that the options give; without one the latest month in ROOT/.work whose run had the same request
// and was not published, so that a run which is stopped and started again over the end of a month goes on; else this
// month.
std::string settle_name(const SnapshotOptions& options, const std::string& request, const Context& context);

// Not collective. Leaves the request in the run's private folder, for settle_name(). Throws StorageError.
void note_request(const std::string& private_folder, const std::string& request);

}  // namespace linktrail::jobs
