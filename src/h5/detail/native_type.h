// Element types as HDF5 types. Only .cpp files of src/h5 include this.
#pragma once

#include <hdf5.h>

#include "core/error.h"
#include "h5/element.h"

namespace linktrail::h5 {

struct NativeType {
  hid_t memory;
  hid_t file;
  std::size_t bytes;
  const char* name;
};

// The file types equal the memory types on little-endian machines: a conversion would silently make
// parallel writes independent.
inline NativeType native_type(Element element) {
  switch (element) {
    case Element::kFloat32:
      return {H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, 4, "float32"};
    case Element::kInt64:
      return {H5T_NATIVE_INT64, H5T_STD_I64LE, 8, "int64"};
    case Element::kUint8:
      return {H5T_NATIVE_UINT8, H5T_STD_U8LE, 1, "uint8"};
    case Element::kUint16:
      return {H5T_NATIVE_UINT16, H5T_STD_U16LE, 2, "uint16"};
    case Element::kUint32:
      return {H5T_NATIVE_UINT32, H5T_STD_U32LE, 4, "uint32"};
    case Element::kUint64:
      return {H5T_NATIVE_UINT64, H5T_STD_U64LE, 8, "uint64"};
  }
  throw UsageError("unknown element type");
}

}  // namespace linktrail::h5
