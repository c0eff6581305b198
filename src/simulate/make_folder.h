// Makes the folder that a simulator writes to.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "core/error.h"

namespace linktrail {

// Creates `folder` and its parents if missing. Throws StorageError.
inline void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw StorageError(
        fmt::format("{}: the folder cannot be made ({}); check the path and its permissions", folder, error.message()));
}

}  // namespace linktrail
