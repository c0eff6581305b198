// Publishing: a staged folder becomes ROOT/NAME by one rename, then ROOT/current points at it by another.
//
// Invariants: ROOT/NAME is complete from the moment it exists and never changes; `current` always points at a complete
// snapshot; a failure at any step leaves what was published before as it was. Staging and ROOT share a file system.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "snapshot/file_record.h"

namespace linktrail {

enum class ExistingSnapshot {
  kAcceptIdentical,  // the same files with the same digests: done already; anything else is refused
  kRefuse,           // any snapshot of that name is refused
};

struct PublishParams {
  std::filesystem::path root{};
  std::string name{};  // e.g. "2026-11"
  ExistingSnapshot if_exists = ExistingSnapshot::kAcceptIdentical;
  FileCheck check = FileCheck::kHash;  // how the staged files are held against the manifest
};

enum class PublishOutcome {
  kPublished,
  kAlreadyPublished,  // ROOT/NAME was there with identical files; the staged copy is left to the caller
};

// ROOT/.work/NAME: where a run prepares a snapshot. Throws UsageError for a name that is empty, "current", starts with
// a dot, or has a character beyond letters, digits and ".-_".
std::filesystem::path staging_folder(const PublishParams& params);

// Verifies the staged folder against its manifest, renames it and switches `current`.
// Throws InputError if the staged folder is incomplete, StorageError if it cannot be moved or the name is taken.
PublishOutcome publish_snapshot(const PublishParams& params);

// Throws StorageError if something that is no link has the name of ROOT/current, where no publication could succeed.
void require_switchable_current(const std::filesystem::path& root);

// Throws StorageError if ROOT/NAME is taken by something that is no snapshot, such as a folder without a manifest.
void require_free_or_published(const std::filesystem::path& root, const std::string& name);

enum class CurrentState {
  kLeft,      // it led to a snapshot already, this one or another
  kSwitched,  // it was missing or led nowhere: a run that published `name` ended before it could switch
};

// Finishes a publication of `name` that was cut short. Throws as switch_current().
CurrentState complete_publication(const std::filesystem::path& root, const std::string& name);

// Points ROOT/current at a published snapshot (roll back or forward), atomically. Throws InputError if there is none.
void switch_current(const std::filesystem::path& root, const std::string& name);

struct SnapshotEntry {
  std::string name{};
  std::filesystem::path path{};
  bool is_current = false;
};

// Published snapshots by rising name. Empty if there is none. Throws InputError if root is no folder.
std::vector<SnapshotEntry> list_snapshots(const std::filesystem::path& root);

// A snapshot folder as it is, or the one that ROOT/current points at; without symlinks. Throws InputError.
std::filesystem::path resolve_snapshot(const std::filesystem::path& path);

}  // namespace linktrail
