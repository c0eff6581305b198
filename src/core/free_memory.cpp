#include "core/free_memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace linktrail {

namespace {

std::uint64_t free_on_machine() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kib = 0;
  while (file >> name >> kib) {
    if (name == "MemAvailable:") return kib * 1024;
    file.ignore(256, '\n');
  }
  return 0;
}

std::optional<std::uint64_t> number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;  // no such file, or "max"
}

std::uint64_t cached_files(const std::filesystem::path& group) {
  std::ifstream file(group / "memory.stat");
  std::string name;
  std::uint64_t value = 0, cached = 0;
  while (file >> name >> value)
    if (name == "inactive_file" || name == "active_file") cached += value;
  return cached;
}

std::optional<std::uint64_t> free_in_group(const std::filesystem::path& group) {
  const auto limit = number_in(group / "memory.max"), used = number_in(group / "memory.current");
  if (!limit || !used) return std::nullopt;
  const std::uint64_t held = *used - std::min(*used, cached_files(group));
  return *limit - std::min(*limit, held);
}

// Of version 2: the line "0::/path".
std::string own_control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::")) return line.substr(3);
  return "";
}

}  // namespace

std::optional<std::uint64_t> free_in_control_groups(const std::filesystem::path& root, std::string group) {
  std::optional<std::uint64_t> least;
  for (; group.size() > 1; group.erase(group.rfind('/'))) {  // the topmost has no limit
    const auto here = free_in_group(root / group.substr(1));
    if (here) least = std::min(*here, least.value_or(*here));
  }
  return least;
}

std::uint64_t free_memory_bytes() {
  const std::uint64_t machine = free_on_machine();
  const auto groups = free_in_control_groups("/sys/fs/cgroup", own_control_group());
  return groups ? std::max<std::uint64_t>(1, std::min(machine, *groups)) : machine;
}

}  // namespace linktrail
