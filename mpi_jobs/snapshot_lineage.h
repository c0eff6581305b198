// The earlier models that the models of a snapshot start from and are aligned to, as inputs with their SHA-256.
#pragma once

#include <string>
#include <vector>

#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"
#include "snapshot/manifest.h"

namespace linktrail::jobs {

// What [reader] and [links] may say instead of a path: the model in ROOT/current, and none if there is none yet. A
// configuration with it serves every month, the first included.
inline constexpr const char* kPrevious = "previous";

// Roles of such inputs in the manifest.
inline std::string init_role(const std::string& model) { return model + " init_from"; }
inline std::string align_role(const std::string& model) { return model + " align_to"; }

struct LineageRequest {
  std::string root;
  std::string name;   // of the snapshot to make
  std::string model;  // "reader" or "links"
  std::string init_from;
  std::string align_to;
};

// Collective. The inputs that `request` asks for, 0 to 2; paths are those of files, absolute. Once ROOT/NAME is
// published they are those of its manifest: `current` may be that snapshot itself by then, and a second run must find
// nothing to do. Throws AgreedError (bad input) for a path, other than kPrevious, without such a model.
std::vector<ManifestInput> find_lineage(const LineageRequest& request, const Context& context);

// The path of the input with this role; empty if there is none.
std::string path_of_role(const std::vector<ManifestInput>& inputs, const std::string& role);

}  // namespace linktrail::jobs
