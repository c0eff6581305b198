// What the user named as input: files, folders, globs, or a mix, as a sorted list of files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace linktrail {

enum class Compression { kNone, kGzip, kBzip2, kZstd };

struct InputFile {
  std::string path;
  std::uint64_t bytes = 0;  // on disk
  Compression compression = Compression::kNone;
};

// Reads the first bytes of the file: content decides, not the name. Throws InputError for a file that cannot be read or
// is compressed in another way (xz, 7z, zip, lz4).
Compression detect_compression(const std::string& path);

// Expands each of `names`: a regular file, a folder (its regular files, not recursive; names that start
// with "." or "_" or end with ".partial" are no data and skipped) or a glob. Sorted by path within each name; a file
// named twice counts once. Throws InputError for a name that matches nothing, a link to nowhere, a file that cannot be
// read, or no file at all.
std::vector<InputFile> expand_inputs(std::span<const std::string> names);

}  // namespace linktrail
