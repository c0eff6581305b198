#include "mpi_jobs/collect_output.h"

#include <algorithm>

#include "comm/agreement.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "corpus/qid_text.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

Qid main_page_of(const std::string& text) {
  if (text == "none") return kNoQid;
  const Qid qid = parse_qid(text);
  if (qid == kNoQid) throw UsageError(fmt::format("--main-page: expected a QID or none, found '{}'", printable(text)));
  return qid;
}

std::uint64_t node_memory(double gib) {
  constexpr double kGiB = 0x1p30;
  constexpr double kMost = 1e6;
  constexpr std::uint64_t kIfUnknown = 2UL << 30;
  if (!(gib >= 0 && gib <= kMost))
    throw UsageError(fmt::format("--memory: expected 0 to {} GiB, found {}", kMost, gib));
  if (gib > 0) return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(gib * kGiB));
  const std::uint64_t free = free_memory_bytes();
  return free == 0 ? kIfUnknown : free / 2;
}

void check_parts(std::uint32_t parts) {
  constexpr std::uint32_t kMost = 999;  // three digits in the names
  if (parts == 0 || parts > kMost) throw UsageError(fmt::format("--parts: expected 1 to {}, found {}", kMost, parts));
}

std::unique_ptr<RunLock> lock_output(const std::string& folder, const Context& context) {
  std::unique_ptr<RunLock> lock;
  comm::agreed_on_root(context.comm, [&] {
    create_folders(folder);
    lock = std::make_unique<RunLock>(folder + "/.collect.lock", folder);
    if (!lock->held())
      context.log.warning("{}: this file system has no locks; do not start a second collection there", folder);
  });
  return lock;
}

}  // namespace linktrail::jobs
