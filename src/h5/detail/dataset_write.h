// One dataset, written by all ranks: creation, the loop of collective calls, and the check that they were
// collective. Only .cpp files of src/h5 include this.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "h5/detail/handle.h"
#include "h5/detail/native_type.h"
#include "h5/h5_writer.h"

namespace linktrail::h5 {

// This rank's rows in memory and in the file.
struct DatasetSlice {
  std::string name;
  std::string where;  // "path: /dataset", for messages
  NativeType type;
  const void* data = nullptr;
  std::uint64_t rows = 0;    // of this rank
  std::uint64_t stride = 0;  // elements from row to row in memory; 1 if 1-D
  RowBlock block;
};

// Collective.
WriteReport create_and_write(hid_t file, const DatasetSlice& slice, WriteOptions options,
                             const comm::Communicator& comm);

}  // namespace linktrail::h5
