// The HDF5 library that is linked.
#pragma once

#include <string>

namespace linktrail::h5 {

// "1.10.8".
std::string library_version();

}  // namespace linktrail::h5
