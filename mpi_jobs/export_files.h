// From files of linktrail to files of other tools.
#pragma once

#include <string>

#include "mpi_jobs/stages.h"
#include "snapshot/export.h"

namespace linktrail::jobs {

// The HDF5 file that `input` means: that of the model, if it is a folder.
std::string exported_file(const std::string& input);

// Collective; rank 0 writes. `input` is a model folder, model.h5 or embeddings.h5. Returns the files written.
std::vector<std::filesystem::path> export_file(const std::string& input, const std::string& output, ExportFormat format,
                                               const Context& context);

// Collective. model.bin of the model in `folder`, for fastText.
StageResult export_fasttext(const std::string& folder, const std::string& output, const Context& context);

}  // namespace linktrail::jobs
