// HDF5's error stack as one line of our text. Only .cpp files of src/h5 include this.
#pragma once

#include <hdf5.h>

#include <string>

#include "core/error.h"
#include "h5/detail/handle.h"

namespace linktrail::h5 {

// Stops HDF5 from printing its error stack on stderr; our exceptions carry the cause.
void silence_hdf5();

// The innermost description on the error stack, which is the cause; "no details" if the stack is empty.
std::string hdf5_cause();

// `where` is "path" or "path: /dataset"; `operation` says what was tried.
template <class Fault>
void check(herr_t status, const std::string& where, const char* operation) {
  if (status < 0) throw Fault(fmt::format("{}: cannot {}: {}", where, operation, hdf5_cause()));
}

template <class Fault>
Handle checked(hid_t id, Handle::Close close, const std::string& where, const char* operation) {
  if (id < 0) throw Fault(fmt::format("{}: cannot {}: {}", where, operation, hdf5_cause()));
  return {id, close};
}

}  // namespace linktrail::h5
