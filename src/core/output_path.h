// Where a file that is to be written goes, decided before anything is written.
#pragma once

#include <filesystem>

namespace linktrail {

// The path whose folder the new file is made in and under whose name it appears: `path` itself, or what it points at if
// it is a symbolic link, also to a file that does not exist yet; renaming onto the link would replace the link. Throws
// StorageError if something that is no regular file stands there, such as a device, a pipe or a folder: renaming would
// destroy it. Follows links only: writes nothing.
std::filesystem::path output_path(const std::filesystem::path& path);

}  // namespace linktrail
