#include "comm/fabric.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace linktrail::comm {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kClasses = {"infiniband", "cxi"};
constexpr std::array<std::string_view, 3> kDevices = {"hfi1", "ipath", "kgni"};  // names begin so

// Whether the folder has a file that `matches` likes; not if it cannot be read.
template <class Matches>
bool any_file(const fs::path& folder, const Matches& matches) {
  std::error_code error;
  fs::directory_iterator file(folder, error);
  for (; !error && file != fs::directory_iterator(); file.increment(error))
    if (matches(file->path().filename().string())) return true;
  return false;
}

}  // namespace

bool has_fast_fabric(const fs::path& root) {
  const bool has_class = std::ranges::any_of(kClasses, [&](std::string_view name) {
    return any_file(root / "sys/class" / name, [](const std::string&) { return true; });
  });
  return has_class || any_file(root / "dev", [](const std::string& file) {
           return std::ranges::any_of(kDevices, [&](std::string_view name) { return file.starts_with(name); });
         });
}

void skip_absent_fabrics() {
  const bool is_chosen = std::getenv("OMPI_MCA_pml") != nullptr || std::getenv("OMPI_MCA_mtl") != nullptr;
  if (!is_chosen && !has_fast_fabric("/")) setenv("OMPI_MCA_pml", "ob1", 0);
}

}  // namespace linktrail::comm
