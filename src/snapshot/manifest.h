// manifest.json: what a snapshot is, where it comes from, how good it is, and the digest of every file in it.
//
// The version is major.minor. A minor step adds keys that old readers ignore; a major step is refused by them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/file_record.h"

namespace linktrail {

inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kManifestFormat = "linktrail-snapshot";
inline constexpr int kManifestMajor = 1;
inline constexpr int kManifestMinor = 0;

struct ManifestInput {
  std::string role{};  // "sessions", "pagelinks", "labels", "titles"
  std::string path{};  // as given by the user
  std::uint64_t bytes = 0;
  std::string sha256{};
};

struct GateResult {
  std::string name{};
  double value = 0;
  double threshold = 0;
  bool passed = false;
};

struct Manifest {
  int version_major = kManifestMajor;
  int version_minor = kManifestMinor;
  std::string producer{};  // "linktrail 0.1.0"
  std::string git{};       // commit, with "-dirty" for a changed tree; may be empty
  std::string created{};   // ISO 8601, UTC: "2026-11-23T19:36:00Z"
  std::string run_id{};
  int ranks = 0;
  std::vector<ManifestInput> inputs{};
  Json config = Json::object();    // the resolved configuration
  Json versions = Json::object();  // of MPI, HDF5, compiler
  Json metrics = Json::object();
  std::vector<GateResult> gates{};
  std::vector<FileRecord> files{};  // all files of the snapshot but the manifest, sorted by path
};

Json manifest_to_json(const Manifest& manifest);

// Throws InputError naming `source` for another format, an unknown major version, or a missing or mistyped key.
Manifest manifest_from_json(const Json& json, const std::string& source);

// Writes folder/manifest.json atomically. Throws StorageError.
void save_manifest(const std::filesystem::path& folder, const Manifest& manifest);

// Reads folder/manifest.json. Throws InputError.
Manifest load_manifest(const std::filesystem::path& folder);

// Records of every regular file below `folder`, sorted by path, without the manifest itself. Reads every byte.
std::vector<FileRecord> record_folder(const std::filesystem::path& folder);

// Removes every file below `folder` but those of `keep` (relative paths) and the manifest. Throws StorageError.
void remove_others(const std::filesystem::path& folder, std::span<const std::filesystem::path> keep);

struct FileProblem {
  std::string path{};
  std::string what{};
};

// Problems of the files that the manifest lists: missing, or size or content differs. Empty if all is well.
std::vector<FileProblem> verify(const std::filesystem::path& folder, const Manifest& manifest,
                                FileCheck check = FileCheck::kHash);

// "2026-11-23T19:36:00Z"
std::string iso8601_utc(std::chrono::system_clock::time_point time);

}  // namespace linktrail
