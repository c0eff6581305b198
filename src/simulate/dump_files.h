// A world's databases as SQL dumps, in the form that Wikimedia publishes.
#pragma once

#include <cstdint>
#include <string>

#include "simulate/dump_world.h"
#include "simulate/flat_folder.h"

namespace linktrail {

struct DumpCounts {
  std::uint64_t pages = 0;
  std::uint64_t links = 0;  // rows of pagelinks
};

// Writes page, pagelinks, redirect, page_props, and linktarget where the schema has it, of every wiki into `folder`:
// WIKI-20240901-TABLE.sql, with ".gz" where compressed; pagelinks of several files as pagelinks1, pagelinks2, ...
// Throws StorageError.
DumpCounts write_dumps(const DumpWorldParams& params, const std::string& folder, FlatCompression compression);

}  // namespace linktrail
