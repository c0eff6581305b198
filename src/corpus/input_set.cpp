#include "corpus/input_set.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "core/error.h"

namespace linktrail {

namespace {

namespace fs = std::filesystem;

// What gzip, bzip2 and zstd files start with. bzip2's first three letters could open a text, so the
// marks of its first block (or of an empty stream) are asked for as well.
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kBzip2Magic = "BZh";
constexpr std::string_view kBzip2Block = "\x31\x41\x59\x26\x53\x59";
constexpr std::string_view kBzip2End = "\x17\x72\x45\x38\x50\x90";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
constexpr std::string_view kZstdSkippable = "\x2a\x4d\x18";  // bytes 1..3; byte 0 is 0x50..0x5f

// What is often met instead, and not read: better named than taken for a text of strange letters.
struct ForeignFormat {
  const char* name;
  std::string_view magic;
};
constexpr std::array<ForeignFormat, 4> kForeignFormats{{{"xz", {"\xfd\x37\x7a\x58\x5a\x00", 6}},
                                                        {"7z", "\x37\x7a\xbc\xaf\x27\x1c"},
                                                        {"zip", "PK\x03\x04"},
                                                        {"lz4", "\x04\x22\x4d\x18"}}};

// Whether `head` agrees with `mark` from `offset` on, as far as a file cut short still shows.
bool agrees(std::string_view head, std::size_t offset, std::string_view mark) {
  if (head.size() <= offset) return true;
  const std::string_view seen = head.substr(offset, mark.size());
  return seen == mark.substr(0, seen.size());
}

bool is_bzip2(std::string_view head) {
  return head.size() >= 4 && head.starts_with(kBzip2Magic) && head[3] >= '1' && head[3] <= '9' &&
         (agrees(head, 4, kBzip2Block) || agrees(head, 4, kBzip2End));
}

bool is_zstd(std::string_view head) {
  return head.starts_with(kZstdMagic) ||
         (head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == kZstdSkippable);
}

void refuse_foreign(const std::string& path, std::string_view head) {
  for (const ForeignFormat& format : kForeignFormats)
    if (head.starts_with(format.magic))
      throw InputError(
          fmt::format("{}: is compressed as {}; expected plain text, gzip (gz), bzip2 (bz2) or zstd (zst); "
                      "unpack it, or pack it anew as one of these",
                      path, format.name));
}

// A link to nowhere is data that went missing; skipped, the result would be made from less than was named.
void refuse_dangling(const fs::path& path) {
  std::error_code error;
  if (fs::is_symlink(path, error) && !fs::exists(path, error))
    throw InputError(fmt::format("{}: a symbolic link to '{}', which does not exist; mend or remove it", path.string(),
                                 fs::read_symlink(path, error).string()));
}

// Names that Hadoop, Spark and this program give to what is no data, or no data yet.
bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name.starts_with('_') || name.ends_with(".partial");
}

std::vector<std::string> files_of_folder(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_hidden(it->path())) continue;
    refuse_dangling(it->path());
    if (it->is_regular_file()) paths.push_back(it->path().string());
  }
  if (error) throw InputError(fmt::format("{}: the folder cannot be read: {}", folder, error.message()));
  return paths;
}

std::vector<std::string> files_of_glob(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  for (const std::string& path : paths) refuse_dangling(path);
  std::erase_if(paths, [](const std::string& path) { return !fs::is_regular_file(path); });
  return paths;
}

std::vector<std::string> expand_name(const std::string& name) {
  std::error_code error;
  const fs::file_status status = fs::status(name, error);
  std::vector<std::string> paths;
  if (fs::is_directory(status))
    paths = files_of_folder(name);
  else if (fs::exists(status))
    paths = {name};
  else
    paths = files_of_glob(name);
  if (paths.empty())
    throw InputError(
        fmt::format("{}: no input file there; expected a file, a folder with files or a quoted glob "
                    "such as 'parts/*.gz'; check the path",
                    name));
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

Compression detect_compression(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 10> bytes{};
  file.read(bytes.data(), bytes.size());
  if (!file.is_open() || file.bad())
    throw InputError(
        fmt::format("{}: cannot be read ({}); check the path and its permissions", path, std::strerror(errno)));
  const std::string_view head(bytes.data(), static_cast<std::size_t>(file.gcount()));
  if (head.starts_with(kGzipMagic)) return Compression::kGzip;
  if (is_bzip2(head)) return Compression::kBzip2;
  if (is_zstd(head)) return Compression::kZstd;
  refuse_foreign(path, head);
  return Compression::kNone;
}

std::vector<InputFile> expand_inputs(std::span<const std::string> names) {
  if (names.empty()) throw InputError("no input was named; expected at least one file, folder or glob");
  std::vector<InputFile> files;
  std::set<fs::path> seen;
  for (const std::string& name : names) {
    for (const std::string& path : expand_name(name)) {
      if (!fs::is_regular_file(path))
        throw InputError(
            fmt::format("{}: is no regular file; pipes and devices cannot be split over ranks, "
                        "save the data to a file first",
                        path));
      if (seen.insert(fs::canonical(path)).second)
        files.push_back({path, fs::file_size(path), detect_compression(path)});
    }
  }
  return files;
}

}  // namespace linktrail
