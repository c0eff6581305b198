// The name and version that every file of linktrail carries, and what readers ask of them.
#pragma once

#include "h5/h5_reader.h"
#include "h5/h5_writer.h"

namespace linktrail::h5 {

// A new minor version adds to a format, so older readers go on; a new major one changes what is there.
struct FormatStamp {
  const char* name;
  int major_version;
  int minor_version;
};

// Collective, as every call of the writer. Sets format_name and format_version.
void write_stamp(H5Writer& file, const FormatStamp& stamp);

// Throws InputError for a file of another format or another major version.
void expect_stamp(const H5Reader& file, const FormatStamp& stamp);

}  // namespace linktrail::h5
