#include "snapshot/manifest.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "snapshot/atomic_file.h"

namespace linktrail {
namespace {

struct Version {
  int major = 0;
  int minor = 0;
};

Version parse_version(const std::string& text, const std::string& source) {
  Version version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  const bool has_minor = major.ec == std::errc() && major.ptr != end && *major.ptr == '.';
  const auto minor = has_minor ? std::from_chars(major.ptr + 1, end, version.minor) : major;
  if (!has_minor || minor.ec != std::errc() || minor.ptr != end)
    throw input_error({.what = "format_version is malformed",
                       .file = source,
                       .expected = "major.minor",
                       .found = text,
                       .advice = "the manifest is damaged; publish the snapshot again"});
  return version;
}

Version checked_version(const Json& json, const std::string& source) {
  const auto format = json.at("format_name").get<std::string>();
  if (format != kManifestFormat)
    throw input_error({.what = "not a snapshot's manifest",
                       .file = source,
                       .expected = fmt::format("format_name {}", kManifestFormat),
                       .found = format,
                       .advice = "point at a folder that linktrail published"});
  const Version version = parse_version(json.at("format_version").get<std::string>(), source);
  if (version.major != kManifestMajor)
    throw input_error({.what = "unknown major version of the snapshot format",
                       .file = source,
                       .expected = fmt::format("{}.x", kManifestMajor),
                       .found = fmt::format("{}.{}", version.major, version.minor),
                       .advice = "use the linktrail release that wrote the snapshot, or a newer one"});
  return version;
}

template <class T, class Make>
std::vector<T> list_from(const Json& array, const Make& make) {
  std::vector<T> list;
  for (const Json& item : array) list.push_back(make(item));
  return list;
}

Json inputs_to_json(const std::vector<ManifestInput>& inputs) {
  Json array = Json::array();
  for (const ManifestInput& input : inputs)
    array.push_back({{"role", input.role}, {"path", input.path}, {"bytes", input.bytes}, {"sha256", input.sha256}});
  return array;
}

ManifestInput input_from_json(const Json& json) {
  return {json.at("role").get<std::string>(), json.at("path").get<std::string>(), json.at("bytes").get<std::uint64_t>(),
          json.at("sha256").get<std::string>()};
}

Json gates_to_json(const std::vector<GateResult>& gates) {
  Json array = Json::array();
  for (const GateResult& gate : gates)
    array.push_back(
        {{"name", gate.name}, {"value", gate.value}, {"threshold", gate.threshold}, {"passed", gate.passed}});
  return array;
}

// JSON has no NaN: a metric that is not finite is stored as null and stays a failure when read.
double number_or_nan(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

GateResult gate_from_json(const Json& json) {
  return {json.at("name").get<std::string>(), number_or_nan(json.at("value")), number_or_nan(json.at("threshold")),
          json.at("passed").get<bool>()};
}

Manifest parse_fields(const Json& json, const std::string& source) {
  const Version version = checked_version(json, source);
  Manifest manifest;
  manifest.version_major = version.major;
  manifest.version_minor = version.minor;
  json.at("producer").get_to(manifest.producer);
  json.at("git").get_to(manifest.git);
  json.at("created").get_to(manifest.created);
  json.at("run_id").get_to(manifest.run_id);
  json.at("ranks").get_to(manifest.ranks);
  manifest.inputs = list_from<ManifestInput>(json.at("inputs"), input_from_json);
  manifest.config = json.at("config");
  manifest.versions = json.at("versions");
  manifest.metrics = json.at("metrics");
  manifest.gates = list_from<GateResult>(json.at("gates"), gate_from_json);
  manifest.files = json.at("files").get<std::vector<FileRecord>>();
  return manifest;
}

}  // namespace

Json manifest_to_json(const Manifest& manifest) {
  Json json;
  json["format_name"] = kManifestFormat;
  json["format_version"] = fmt::format("{}.{}", manifest.version_major, manifest.version_minor);
  json["producer"] = manifest.producer;
  json["git"] = manifest.git;
  json["created"] = manifest.created;
  json["run_id"] = manifest.run_id;
  json["ranks"] = manifest.ranks;
  json["inputs"] = inputs_to_json(manifest.inputs);
  json["config"] = manifest.config;
  json["versions"] = manifest.versions;
  json["metrics"] = manifest.metrics;
  json["gates"] = gates_to_json(manifest.gates);
  json["files"] = manifest.files;
  return json;
}

Manifest manifest_from_json(const Json& json, const std::string& source) {
  try {
    return parse_fields(json, source);
  } catch (const Json::exception& error) {
    throw input_error({.what = fmt::format("the manifest is not complete ({})", error.what()),
                       .file = source,
                       .expected = "",
                       .found = "",
                       .advice = "the file is damaged; publish the snapshot again"});
  }
}

void save_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  // Paths may hold any bytes; invalid UTF-8 becomes U+FFFD rather than an exception at the very end of a run.
  write_text_atomically(folder / kManifestFile,
                        manifest_to_json(manifest).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Manifest load_manifest(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kManifestFile;
  const Json json = Json::parse(read_text(path), nullptr, false);
  if (json.is_discarded())
    throw input_error({.what = "not valid JSON",
                       .file = path.string(),
                       .expected = "",
                       .found = "",
                       .advice = "publish the snapshot again"});
  return manifest_from_json(json, path.string());
}

std::vector<FileRecord> record_folder(const std::filesystem::path& folder) {
  std::vector<FileRecord> records;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::filesystem::path relative = entry.path().lexically_relative(folder);
    if (entry.is_regular_file() && relative != kManifestFile) records.push_back(record_file(folder, relative));
  }
  std::ranges::sort(records, {}, &FileRecord::path);
  return records;
}

void remove_others(const std::filesystem::path& folder, std::span<const std::filesystem::path> keep) {
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::filesystem::path relative = entry.path().lexically_relative(folder);
    const bool kept = relative == kManifestFile || std::ranges::find(keep, relative) != keep.end();
    if (!entry.is_directory() && !kept) others.push_back(entry.path());
  }
  for (const auto& path : others) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) throw_storage_error(path, "remove", error.value());
    // The folder may be empty now; if it is not, it stays.
    if (path.parent_path() != folder) std::filesystem::remove(path.parent_path(), error);
  }
}

std::vector<FileProblem> verify(const std::filesystem::path& folder, const Manifest& manifest, FileCheck check) {
  std::vector<FileProblem> problems;
  for (const FileRecord& file : manifest.files)
    if (auto what = find_problem(folder, file, check)) problems.push_back({file.path, std::move(*what)});
  return problems;
}

std::string iso8601_utc(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace linktrail
