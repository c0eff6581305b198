// The door to MPI for src/h5: the only public header of this room that includes <mpi.h>.
// HDF5 takes an MPI communicator at file creation; nobody else needs one.
#pragma once

#include <mpi.h>

#include "comm/communicator.h"

namespace linktrail::comm {

// The MPI handle behind `comm`, valid while a copy of `comm` lives. Not owned by the caller.
MPI_Comm native_handle(const Communicator& comm);

}  // namespace linktrail::comm
