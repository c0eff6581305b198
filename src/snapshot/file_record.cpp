#include "snapshot/file_record.h"

#include <fmt/format.h>

#include <system_error>

#include "core/error.h"
#include "snapshot/sha256.h"

namespace linktrail {

void to_json(Json& json, const FileRecord& record) {
  json = Json{{"path", record.path}, {"bytes", record.bytes}, {"sha256", record.sha256}};
}

void from_json(const Json& json, FileRecord& record) {
  json.at("path").get_to(record.path);
  json.at("bytes").get_to(record.bytes);
  json.at("sha256").get_to(record.sha256);
}

FileRecord record_file(const std::filesystem::path& folder, const std::filesystem::path& relative) {
  const std::filesystem::path path = folder / relative;
  std::string digest = sha256_of_file(path);
  return {relative.generic_string(), std::filesystem::file_size(path), std::move(digest)};
}

std::optional<std::string> find_problem(const std::filesystem::path& folder, const FileRecord& record,
                                        FileCheck check) {
  const std::filesystem::path path = folder / record.path;
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) return fmt::format("missing ({})", error.message());
  if (bytes != record.bytes) return fmt::format("size differs: expected {} bytes, found {}", record.bytes, bytes);
  if (check == FileCheck::kSize) return std::nullopt;
  try {
    const std::string found = sha256_of_file(path);
    if (found == record.sha256) return std::nullopt;
    return fmt::format("content differs: expected sha256 {}, found {}", record.sha256, found);
  } catch (const InputError&) {
    return "cannot be read";
  }
}

}  // namespace linktrail
