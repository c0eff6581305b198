// Writes a World as flat files.
#pragma once

#include <string>

#include "simulate/flat_folder.h"
#include "simulate/world.h"

namespace linktrail {

// Writes sessions.txt, pagelinks.tsv, labels.tsv and titles.tsv (".gz" appended when compressed) to
// `folder`, which is created if missing. Throws UsageError for bad parameters, StorageError for failed writes.
FlatCounts write_world(const WorldParams& params, const std::string& folder,
                       FlatCompression compression = FlatCompression::kNone);

}  // namespace linktrail
