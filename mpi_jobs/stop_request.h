// What commands do when they are asked to stop, by a signal to any rank.
#pragma once

#include "mpi_jobs/context.h"

namespace linktrail::jobs {

// Collective. If any rank was asked to stop, every rank throws AgreedError with exit code 75. For places where nothing
// is lost by leaving.
void leave_if_asked(const Context& context);

// Not collective. Throws StoppedError if this rank was asked to stop. For work inside comm::agreed().
void stop_if_asked();

}  // namespace linktrail::jobs
