#include "mpi_jobs/compact_output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "comm/agreement.h"
#include "core/error.h"
#include "core/output_path.h"
#include "index/compact_links.h"
#include "index/hnswlib_view.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;

namespace {

// Removes what a write that failed has left.
struct Partial {
  explicit Partial(const fs::path& path) : name(path.string() + ".partial") {}
  ~Partial() {
    std::error_code ignored;  // after the rename there is none
    fs::remove(name, ignored);
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  fs::path name;
};

}  // namespace

void check_fits_compact(const HnswParams& params) {
  if (2 * std::uint64_t{params.m} > kMaxPackedLinks)
    throw UsageError(fmt::format("--m: expected at most {} for index.compact, which holds {} links a node, found {}",
                                 kMaxPackedLinks / 2, kMaxPackedLinks, params.m));
}

CompactReport write_compact(const std::string& index, std::size_t dim, const std::string& output,
                            const comm::Communicator& comm) {
  CompactReport report;
  comm::agreed_on_root(comm, [&] {
    const fs::path path = output_path(output);
    const Partial partial(path);
    report = write_compact_file(partial.name, HnswlibView(index, dim));
    sync_file(partial.name);
    std::error_code error;
    fs::rename(partial.name, path, error);
    if (error) throw_storage_error(path, "be renamed to", error.value());
    sync_folder(path.parent_path().empty() ? fs::path(".") : path.parent_path());
  });
  return report;
}

}  // namespace linktrail::jobs
