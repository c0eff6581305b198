#include "mpi_jobs/record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "comm/agreement.h"
#include "core/hash.h"
#include "snapshot/atomic_file.h"

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

void refuse_same_file(const std::string& input, const std::string& output) {
  std::error_code fault;  // also where one does not exist: then there is nothing to destroy
  if (!std::filesystem::equivalent(input, output, fault)) return;
  throw UsageError(
      fmt::format("--output {}: is the input {} itself and would destroy it; choose another --output", output, input));
}

void write_stdout(const std::string& text) {
  const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0) return;
  throw StorageError(fmt::format("standard output cannot be written: {}; free space there or send it elsewhere",
                                 std::strerror(errno)));
}

void expect_writable(const std::string& flag, const std::string& path) {
  try {
    AtomicFile probe(path);  // only the attempt tells of rights, read-only file systems and missing folders
  } catch (const StorageError& error) {
    throw StorageError(fmt::format("--{} {}", flag, error.what()));
  }
}

void require_writable(const std::string& flag, const std::string& path, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] { expect_writable(flag, path); });
}

void print_result(const Context& context, const std::string& text) {
  comm::agreed_on_root(context.comm, [&] { write_stdout(text); });
}

std::string run_id_of(const std::string& config) { return fmt::format("{:016x}", hash_bytes(config)); }

std::string creation_time() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", creation_tm()); }

std::string creation_month() { return fmt::format("{:%Y-%m}", creation_tm()); }

}  // namespace linktrail::jobs
