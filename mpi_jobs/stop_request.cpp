#include "mpi_jobs/stop_request.h"

#include "comm/agreement.h"
#include "comm/stop_signal.h"

namespace linktrail::jobs {

void stop_if_asked() {
  if (comm::StopSignal::requested())
    throw StoppedError("stopped on request; what was finished is kept: run the same command again to go on");
}

void leave_if_asked(const Context& context) {
  comm::agreed(context.comm, [] { stop_if_asked(); });
}

}  // namespace linktrail::jobs
