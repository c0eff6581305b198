#include "snapshot/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"
#include "snapshot/atomic_file.h"
#include "snapshot/manifest.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCurrent = "current";
constexpr const char* kWorkFolder = ".work";

void check_name(const std::string& name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  };
  if (name.empty() || name == kCurrent || name.front() == '.' || !std::ranges::all_of(name, allowed))
    throw UsageError(
        fmt::format("snapshot name '{}': expected letters, digits, '.', '-' or '_', not starting with a dot "
                    "and not 'current'; choose a name such as 2026-11",
                    printable(name)));
}

bool is_snapshot(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kManifestFile, ignored);
}

Manifest verified_manifest(const fs::path& folder, FileCheck check) {
  Manifest manifest = load_manifest(folder);
  const std::vector<FileProblem> problems = verify(folder, manifest, check);
  if (!problems.empty())
    throw input_error({.what = fmt::format("{} of {} files do not match the manifest, first: {} {}", problems.size(),
                                           manifest.files.size(), problems.front().path, problems.front().what),
                       .file = folder.string(),
                       .expected = "",
                       .found = "",
                       .advice = "run the stages again; nothing was published"});
  return manifest;
}

void sync_tree(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) sync_folder(entry.path());
    if (entry.is_regular_file()) sync_file(entry.path());
  }
  sync_folder(folder);
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    throw_storage_error(to, fmt::format("rename {} to it", from.string()), errno);
}

bool same_files(const Manifest& a, const Manifest& b) { return std::ranges::is_permutation(a.files, b.files); }

[[noreturn]] void refuse_taken_name(const fs::path& target, std::string_view why) {
  throw StorageError(
      fmt::format("{}: {}; a published snapshot is never replaced: choose another name, or remove that "
                  "folder yourself first",
                  target.string(), why));
}

// The published copy is read again too: a damaged one must not pass for identical.
void require_identical(const fs::path& target, const Manifest& staged, const PublishParams& params) {
  if (params.if_exists == ExistingSnapshot::kRefuse) refuse_taken_name(target, "a snapshot of this name exists");
  if (!is_snapshot(target)) refuse_taken_name(target, "exists and is no snapshot");
  const Manifest published = load_manifest(target);
  if (!same_files(published, staged)) refuse_taken_name(target, "a snapshot with other files has this name");
  if (!verify(target, published, params.check).empty()) refuse_taken_name(target, "the published snapshot is damaged");
}

// rename() replaces a symlink in one step, so a reader finds the old target or the new one, never none.
void point_current_at(const fs::path& root, const std::string& name) {
  const fs::path temporary = root / fmt::format(".{}.{}", kCurrent, ::getpid());
  std::error_code ignored;
  fs::remove(temporary, ignored);
  if (::symlink(name.c_str(), temporary.c_str()) != 0) throw_storage_error(temporary, "create the link", errno);
  if (std::rename(temporary.c_str(), (root / kCurrent).c_str()) != 0) {
    const int error_number = errno;
    fs::remove(temporary, ignored);
    throw_storage_error(root / kCurrent, "replace it by a link", error_number);
  }
  sync_folder(root);
}

}  // namespace

fs::path staging_folder(const PublishParams& params) {
  check_name(params.name);
  return params.root / kWorkFolder / params.name;
}

PublishOutcome publish_snapshot(const PublishParams& params) {
  const fs::path staged = staging_folder(params);
  const fs::path target = params.root / params.name;
  const Manifest manifest = verified_manifest(staged, params.check);
  const bool taken = fs::exists(fs::symlink_status(target));
  if (taken) {
    require_identical(target, manifest, params);
  } else {
    sync_tree(staged);
    rename_or_throw(staged, target);
    sync_folder(params.root);
  }
  point_current_at(params.root, params.name);
  return taken ? PublishOutcome::kAlreadyPublished : PublishOutcome::kPublished;
}

void switch_current(const fs::path& root, const std::string& name) {
  check_name(name);
  if (!is_snapshot(root / name))
    throw input_error({.what = "no published snapshot of this name",
                       .file = (root / name).string(),
                       .expected = "a folder with manifest.json",
                       .found = "",
                       .advice = "list the root to see which there are"});
  point_current_at(root, name);
}

void require_switchable_current(const fs::path& root) {
  std::error_code ignored;
  const fs::file_status found = fs::symlink_status(root / kCurrent, ignored);
  if (fs::exists(found) && !fs::is_symlink(found))
    throw StorageError(fmt::format("{}: is no link, so it cannot be switched to a new snapshot; move it away",
                                   (root / kCurrent).string()));
}

void require_free_or_published(const fs::path& root, const std::string& name) {
  std::error_code ignored;
  const fs::path target = root / name;
  if (fs::exists(fs::symlink_status(target, ignored)) && !is_snapshot(target))
    throw StorageError(
        fmt::format("{}: exists and is no snapshot: expected no such name there, or a folder with {}; "
                    "choose another --name, or move it away",
                    target.string(), kManifestFile));
}

CurrentState complete_publication(const fs::path& root, const std::string& name) {
  require_switchable_current(root);
  if (is_snapshot(root / kCurrent)) return CurrentState::kLeft;
  switch_current(root, name);
  return CurrentState::kSwitched;
}

std::vector<SnapshotEntry> list_snapshots(const fs::path& root) {
  std::error_code error;
  std::vector<SnapshotEntry> entries;
  const fs::path current = fs::read_symlink(root / kCurrent, error).filename();
  fs::directory_iterator folders(root, error);
  if (error)
    throw input_error({.what = fmt::format("cannot be listed ({})", error.message()),
                       .file = root.string(),
                       .expected = "a folder of snapshots",
                       .found = "",
                       .advice = "check the path"});
  for (const auto& entry : folders) {
    const std::string name = entry.path().filename().string();
    if (name.front() != '.' && !entry.is_symlink() && is_snapshot(entry.path()))
      entries.push_back({name, entry.path(), name == current});
  }
  std::ranges::sort(entries, {}, &SnapshotEntry::name);
  return entries;
}

fs::path resolve_snapshot(const fs::path& path) {
  if (is_snapshot(path)) return fs::canonical(path);
  if (is_snapshot(path / kCurrent)) return fs::canonical(path / kCurrent);
  throw input_error({.what = "no snapshot here",
                     .file = path.string(),
                     .expected = "a folder with manifest.json, or one with a link 'current' to such a folder",
                     .found = "",
                     .advice = "check the path, or publish a snapshot first"});
}

}  // namespace linktrail
