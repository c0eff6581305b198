#include "core/output_path.h"

#include <fmt/format.h>

#include <string_view>
#include <system_error>

#include "core/error.h"

namespace linktrail {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as many as Linux follows

[[noreturn]] void refuse(const fs::path& path, std::string_view what) {
  throw StorageError(fmt::format("{}: {}; expected the name of a file, new or to be replaced; choose another output",
                                 path.string(), what));
}

std::string_view name_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "is a folder";
    case fs::file_type::character:
    case fs::file_type::block:
      return "is a device";
    case fs::file_type::fifo:
      return "is a pipe";
    case fs::file_type::socket:
      return "is a socket";
    default:
      return "is no regular file";
  }
}

}  // namespace

fs::path output_path(const fs::path& path) {
  std::error_code unknown;  // of a folder that may not be searched: the attempt to write will tell
  const fs::file_status status = fs::status(path, unknown);
  if (fs::exists(status) && !fs::is_regular_file(status)) refuse(path, name_of(status.type()));
  fs::path target = path;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, unknown)); ++links) {
    if (links == kMaxLinks) refuse(path, "is a symbolic link that leads in a circle");
    target = target.parent_path() / fs::read_symlink(target);  // an absolute one replaces the folder
  }
  return target;
}

}  // namespace linktrail
