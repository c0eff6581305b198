// How much memory this process and its neighbours may still take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace linktrail {

// Bytes that are free on this machine, or within the tightest limit of this process's control groups if that is less;
// at least 1. An estimate: others take and give back. 0 if the system does not tell.
std::uint64_t free_memory_bytes();

// What the limits of control group `group` ("/a/b", version 2) and of all above it leave, below the folder `root` that
// the system mounts them in. Files in the cache count as free, as they are dropped for memory. Nothing: no limit.
std::optional<std::uint64_t> free_in_control_groups(const std::filesystem::path& root, std::string group);

}  // namespace linktrail
