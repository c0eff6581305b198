// What a manifest or a ledger knows about a file: its place, size and digest, and whether that still holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace linktrail {

// Keys keep the order in which they were set, so that files are pleasant to read and to compare.
using Json = nlohmann::ordered_json;

struct FileRecord {
  std::string path{};  // relative to the folder of the manifest or ledger, with '/'
  std::uint64_t bytes = 0;
  std::string sha256{};

  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

void to_json(Json& json, const FileRecord& record);
void from_json(const Json& json, FileRecord& record);

// Reads size and digest of folder/relative. Throws InputError if it cannot be read.
FileRecord record_file(const std::filesystem::path& folder, const std::filesystem::path& relative);

enum class FileCheck {
  kSize,  // one stat a file
  kHash,  // reads every byte
};

// What is wrong with the file, as text without its path; nothing if all is well.
std::optional<std::string> find_problem(const std::filesystem::path& folder, const FileRecord& record, FileCheck check);

}  // namespace linktrail
