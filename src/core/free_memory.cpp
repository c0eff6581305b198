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

std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;  // no such file, or "max"
}

// Of version 2; its path is the line "0::/path".
std::optional<std::uint64_t> free_in_control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0::")) continue;
    const std::string folder = "/sys/fs/cgroup" + line.substr(3);
    const auto limit = number_in(folder + "/memory.max"), used = number_in(folder + "/memory.current");
    if (limit && used) return *limit > *used ? *limit - *used : 0;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t free_memory_bytes() {
  const std::uint64_t machine = free_on_machine();
  const auto group = free_in_control_group();
  return group ? std::min(machine, *group) : machine;
}

}  // namespace linktrail
