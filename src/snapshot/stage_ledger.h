// Which stages of a run are done and still valid, so that a second run repeats only what changed.
//
// A stage's key is a digest of everything its result depends on: its inputs, its part of the configuration, and the
// keys of the stages before it. FOLDER/STAGE.done.json holds the key and the outputs; a damaged one counts as absent,
// since the price is only time.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "snapshot/file_record.h"

namespace linktrail {

class StageLedger {
 public:
  // `folder` is created with the first record.
  explicit StageLedger(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Whether the stage was recorded with this key and its outputs are as they were.
  bool is_current(const std::string& stage, const std::string& key, FileCheck check = FileCheck::kSize) const {
    return !why_stale(stage, key, check).has_value();
  }

  // Why the stage must run again, for the log; nothing if it is current.
  std::optional<std::string> why_stale(const std::string& stage, const std::string& key,
                                       FileCheck check = FileCheck::kSize) const;

  // Digest of the stage's record: of its key and of what its outputs were. Of nothing if there is no record.
  std::string record_digest(const std::string& stage) const;

  // Records that the stage is done. Outputs are paths relative to the folder. Throws InputError if one is missing,
  // StorageError if the record cannot be written.
  void record(const std::string& stage, const std::string& key, std::span<const std::filesystem::path> outputs) const;

  // Makes the stage stale; call before its outputs are touched. Fine if there is no record.
  void forget(const std::string& stage) const;

 private:
  std::filesystem::path record_path(const std::string& stage) const;

  std::filesystem::path folder_;
};

// The key of a stage from digests and configuration texts, in this order.
std::string stage_key(std::span<const std::string> parts);

}  // namespace linktrail
