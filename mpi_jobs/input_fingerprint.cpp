#include "mpi_jobs/input_fingerprint.h"

#include <fmt/format.h>

#include <stdexcept>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "corpus/input_set.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

namespace {

constexpr std::size_t kHexDigits = 64;  // of a SHA-256

// All files, their digests still empty.
std::vector<ManifestInput> list_files(const SnapshotInputs& input) {
  std::vector<ManifestInput> files;
  const auto add = [&](const char* role, const std::vector<std::string>& names) {
    if (names.empty()) return;
    for (const InputFile& file : expand_inputs(names))
      files.push_back({.role = role, .path = file.path, .bytes = file.bytes});
  };
  add("sessions", input.sessions);
  add("pagelinks", input.pagelinks);
  add("labels", input.labels);
  add("titles", input.titles);
  return files;
}

std::string own_digests(const std::vector<ManifestInput>& files, const comm::Communicator& comm) {
  std::string digests;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (hashes_file(i, comm.rank(), comm.size())) digests += sha256_of_file(files[i].path);
  return digests;
}

}  // namespace

bool hashes_file(std::size_t number, int rank, int ranks) {
  return number % static_cast<std::size_t>(ranks) == static_cast<std::size_t>(rank);
}

std::vector<std::string> digests_in_file_order(const std::string& gathered, std::size_t files, int ranks) {
  if (gathered.size() != files * kHexDigits)
    throw std::logic_error(
        fmt::format("{} files need {} hex digits, found {}", files, files * kHexDigits, gathered.size()));
  std::vector<std::string> digests(files);
  std::size_t at = 0;
  for (int rank = 0; rank < ranks; ++rank)
    for (std::size_t i = static_cast<std::size_t>(rank); i < files; i += static_cast<std::size_t>(ranks)) {
      digests[i] = gathered.substr(at, kHexDigits);
      at += kHexDigits;
    }
  return digests;
}

std::vector<ManifestInput> fingerprint_inputs(const SnapshotInputs& input, const comm::Communicator& comm) {
  auto files = comm::agreed(comm, [&] { return list_files(input); });
  const std::string own = comm::agreed(comm, [&] { return own_digests(files, comm); });
  const auto gathered = comm::all_gather(std::span<const char>(own), comm);
  const auto digests = digests_in_file_order({gathered.begin(), gathered.end()}, files.size(), comm.size());
  for (std::size_t i = 0; i < files.size(); ++i) files[i].sha256 = digests[i];
  return files;
}

}  // namespace linktrail::jobs
