// What a Communicator holds: Boost.MPI's shared communicator. Only .cpp files of src/comm include this.
#pragma once

#include <boost/mpi/communicator.hpp>

#include "comm/communicator.h"

namespace linktrail::comm {

struct Communicator::Native {
  boost::mpi::communicator boost;
};

}  // namespace linktrail::comm
