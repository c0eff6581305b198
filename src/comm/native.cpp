#include "comm/native.h"

#include "comm/detail/native_impl.h"

namespace linktrail::comm {

MPI_Comm native_handle(const Communicator& comm) { return comm.native().boost; }

}  // namespace linktrail::comm
