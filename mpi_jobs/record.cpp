#include "mpi_jobs/record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "comm/agreement.h"
#include "core/hash.h"

namespace linktrail::jobs {

namespace {

std::tm creation_tm() {
  std::time_t now = std::time(nullptr);
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH"))
    now = static_cast<std::time_t>(std::strtoll(fixed, nullptr, 10));
  return fmt::gmtime(now);
}

}  // namespace

void require(const std::string& flag, const std::string& value) {
  if (value.empty()) throw UsageError(fmt::format("--{} is required", flag));
}

void require(const std::string& flag, const std::vector<std::string>& values) {
  if (values.empty()) throw UsageError(fmt::format("--{} is required", flag));
}

void make_output_folder(const std::string& folder, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault)
      throw StorageError(fmt::format("cannot make folder '{}': {}; choose another --output", folder, fault.message()));
  });
}

void print_result(const Context& context, const std::string& text) {
  if (!context.comm.is_root()) return;
  fmt::print("{}", text);
  std::fflush(stdout);
}

std::string run_id_of(const std::string& config) { return fmt::format("{:016x}", hash_bytes(config)); }

std::string creation_time() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", creation_tm()); }

std::string creation_month() { return fmt::format("{:%Y-%m}", creation_tm()); }

}  // namespace linktrail::jobs
