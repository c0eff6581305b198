// Whether what was written is what stands in the file. Only .cpp files of src/h5 include this.
//
// MPI-IO may lose the error of the one rank that writes for the others (Open MPI 4.1, fcoll vulcan), so a return code
// of 0 proves nothing. Each rank therefore remembers a digest of its own rows and reads them again after the close.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "h5/detail/dataset_write.h"

namespace linktrail::h5 {

// The rows of this rank in one dataset.
struct WrittenRows {
  std::string dataset;
  Element element = Element::kUint8;
  std::uint64_t begin = 0;
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
  std::uint64_t digest = 0;
};

// Of the rows in memory, padding left out.
WrittenRows remember(const DatasetSlice& slice, Element element);

// Opens `file`, closed by every rank before, and compares. Reads every byte of `written` once, a few MiB at a time. Not
// collective. Throws StorageError that names `path`, what the file is called in messages.
void expect_written(const std::string& file, const std::string& path, const std::vector<WrittenRows>& written);

}  // namespace linktrail::h5
