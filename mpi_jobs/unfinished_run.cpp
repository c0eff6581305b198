#include "mpi_jobs/unfinished_run.h"

#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "mpi_jobs/record.h"
#include "snapshot/atomic_file.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRequestFile = "request";
constexpr std::string_view kPrivateSuffix = ".stages";

// "2026-11", as creation_month() writes it.
bool is_month(std::string_view name) {
  constexpr std::string_view kForm = "0000-00";
  return name.size() == kForm.size() && std::equal(name.begin(), name.end(), kForm.begin(), [](char c, char form) {
           return form == '-' ? c == '-' : c >= '0' && c <= '9';
         });
}

std::string unfinished_name(const fs::path& root, const std::string& request) {
  std::string latest;
  std::error_code ignored;  // no such folder: nothing is unfinished
  for (const auto& entry : fs::directory_iterator(root / ".work", ignored)) {
    const std::string folder = entry.path().filename().string();
    if (!folder.ends_with(kPrivateSuffix)) continue;
    const std::string name = folder.substr(0, folder.size() - kPrivateSuffix.size());
    if (!is_month(name) || fs::exists(root / name, ignored) || name <= latest) continue;
    const fs::path file = entry.path() / kRequestFile;
    if (fs::is_regular_file(file, ignored) && read_text(file) == request) latest = name;
  }
  return latest;
}

}  // namespace

std::string request_of(const std::vector<ManifestInput>& inputs, const nlohmann::ordered_json& config) {
  std::vector<std::string> parts{config.dump()};
  for (const ManifestInput& input : inputs) parts.push_back(input.role + ":" + input.sha256);
  return sha256_of_parts(parts);
}

std::string settle_name(const SnapshotOptions& options, const std::string& request, const Context& context) {
  if (!options.name.empty()) return options.name;
  std::string name;
  comm::agreed_on_root(context.comm, [&] { name = unfinished_name(options.root, request); });
  name = comm::broadcast(std::move(name), 0, context.comm);
  const std::string month = creation_month();
  if (name.empty() || name == month) return month;
  context.log.info("{}: begun earlier with the same inputs and not finished; goes on under this name", name);
  return name;
}

void note_request(const std::string& private_folder, const std::string& request) {
  create_folders(private_folder);
  write_text_atomically(fs::path(private_folder) / kRequestFile, request);
}

}  // namespace linktrail::jobs
