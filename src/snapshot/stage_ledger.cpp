#include "snapshot/stage_ledger.h"

#include <fmt/format.h>

#include <system_error>
#include <vector>

#include "snapshot/atomic_file.h"
#include "snapshot/sha256.h"

namespace linktrail {
namespace {

constexpr const char* kLedgerFormat = "linktrail-stage";
constexpr int kLedgerVersion = 1;

struct StageRecord {
  std::string key;
  std::vector<FileRecord> outputs;
};

std::optional<StageRecord> read_record(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  try {
    const Json json = Json::parse(read_text(path));
    if (json.at("format_name") != kLedgerFormat || json.at("format_version") != kLedgerVersion) return std::nullopt;
    return StageRecord{json.at("key").get<std::string>(), json.at("outputs").get<std::vector<FileRecord>>()};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::filesystem::path StageLedger::record_path(const std::string& stage) const {
  return folder_ / fmt::format("{}.done.json", stage);
}

std::optional<std::string> StageLedger::why_stale(const std::string& stage, const std::string& key,
                                                  FileCheck check) const {
  const std::optional<StageRecord> record = read_record(record_path(stage));
  if (!record) return "no record of an earlier run";
  if (record->key != key) return "inputs or configuration changed";
  for (const FileRecord& output : record->outputs)
    if (const auto problem = find_problem(folder_, output, check)) return fmt::format("{}: {}", output.path, *problem);
  return std::nullopt;
}

std::string StageLedger::record_digest(const std::string& stage) const {
  const std::filesystem::path path = record_path(stage);
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) ? sha256_of_file(path) : std::string();
}

void StageLedger::record(const std::string& stage, const std::string& key,
                         std::span<const std::filesystem::path> outputs) const {
  Json json;
  json["format_name"] = kLedgerFormat;
  json["format_version"] = kLedgerVersion;
  json["stage"] = stage;
  json["key"] = key;
  json["outputs"] = Json::array();
  for (const auto& output : outputs) json["outputs"].push_back(record_file(folder_, output));
  create_folders(folder_);
  write_text_atomically(record_path(stage), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void StageLedger::forget(const std::string& stage) const {
  std::error_code error;
  std::filesystem::remove(record_path(stage), error);
  if (error) throw_storage_error(record_path(stage), "remove", error.value());
}

std::string stage_key(std::span<const std::string> parts) { return sha256_of_parts(parts); }

}  // namespace linktrail
