// A matrix that every rank holds whole, as one dataset of an HDF5 file.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "core/matrix.h"
#include "h5/h5_reader.h"
#include "h5/h5_writer.h"

namespace linktrail::dist {

// Collective. Every rank writes its share of the rows.
void write_matrix(h5::H5Writer& file, const std::string& name, const Matrix& matrix, const comm::Communicator& comm);

// Reads the whole dataset; not collective.
Matrix read_matrix(const h5::H5Reader& file, const std::string& name);

}  // namespace linktrail::dist
