#include "mpi_jobs/collect_output.h"

#include "core/error.h"
#include "corpus/qid_text.h"

namespace linktrail::jobs {

Qid main_page_of(const std::string& text) {
  if (text == "none") return kNoQid;
  const Qid qid = parse_qid(text);
  if (qid == kNoQid) throw UsageError(fmt::format("--main-page: expected a QID or none, found '{}'", printable(text)));
  return qid;
}

void check_parts(std::uint32_t parts) {
  constexpr std::uint32_t kMost = 999;  // three digits in the names
  if (parts == 0 || parts > kMost) throw UsageError(fmt::format("--parts: expected 1 to {}, found {}", kMost, parts));
}

}  // namespace linktrail::jobs
