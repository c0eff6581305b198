// What a stage gets beside its options.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "mpi_jobs/options.h"
#include "report/log.h"

namespace linktrail::jobs {

struct Context {
  comm::Communicator comm;
  CommonOptions common;
  const Log& log;
};

}  // namespace linktrail::jobs
