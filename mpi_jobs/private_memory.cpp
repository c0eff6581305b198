#include "mpi_jobs/private_memory.h"

#include <sys/resource.h>

namespace linktrail::jobs {

void forbid_core_dumps() {
  // 1, not 0: Linux pipes dumps to a collector (core_pattern "|...") whatever the limit is, except at exactly 1.
  // prctl(PR_SET_DUMPABLE) would also stop the copies between ranks of a node that Open MPI makes.
  const rlimit one{1, 1};
  if (::setrlimit(RLIMIT_CORE, &one) != 0) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
  }
}

}  // namespace linktrail::jobs
